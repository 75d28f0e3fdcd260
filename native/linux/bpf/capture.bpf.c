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
#include "network.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
