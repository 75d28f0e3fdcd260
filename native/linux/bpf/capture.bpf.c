/* The kernel programs of the Linux capture: one object so that all share one ring buffer. */
#include "kernel.h"
#include "helpers.h"
#include "record.h"
#include "common.h"
#include "process.h"
#include "file.h"
#include "network.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
