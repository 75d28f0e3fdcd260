# What one sensor denies and then, with other rules, sees: to start another takes long here. Its words are seen.sh's.
. /sensor.sh
. /blocking.sh
. /seen.sh
finish '"EventID":(6|11|23|26|27|28|255),'
