/* The kernel programs of the Linux capture: one object so that all share one ring buffer. */
#include "kernel.h"
#include "helpers.h"
#include "record.h"
#include "common.h"
#include "wanted.h"
#include "named.h"
#include "tasks.h"
#include "process.h"
#include "file.h"
#include "times.h"
#include "access.h"
#include "special.h"
#include "network.h"
#include "dns.h"
#include "pipes.h"
#include "streams.h"
#include "mapping.h"
#include "bpf_calls.h"
#include "executables.h"
#include "modules.h"
<<<<<<< HEAD
#include "guard.h"
#include "writes.h"
#include "blocking.h"
=======
#include "uring.h"
#include "compat.h"
>>>>>>> linux-events

char LICENSE[] SEC("license") = "Dual MIT/GPL";
