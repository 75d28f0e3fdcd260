/* Which Sysmon events the configuration in force can log, for programs that serve several. */
#pragma once

/* Among the events wanted: names of files are seen in the file system layer, not at calls. */
#define NAMES_INSIDE 63

struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} wanted SEC(".maps");

/* `event` below 64. */
static __always_inline int is_wanted(u32 event)
{
	u32 key = 0;
	u64 *events = bpf_map_lookup_elem(&wanted, &key);

	return events && *events & 1ull << event;
}

/* The same for a program at calls, of events about names of files. */
static __always_inline int is_wanted_of_calls(u32 event)
{
	return is_wanted(event) && !is_wanted(NAMES_INSIDE);
}
