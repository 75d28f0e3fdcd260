/* Kernel helper functions by number, map declarations, relocatable reads. */
#pragma once

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1 };

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u32 (*bpf_get_smp_processor_id)(void) = (void *)8;
static long (*bpf_tail_call)(void *context, void *programs, u32 index) = (void *)12;
static u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*bpf_skb_load_bytes)(const void *skb, u32 offset, void *to, u32 len) = (void *)26;
static u64 (*bpf_get_socket_cookie)(void *context) = (void *)46;
static long (*bpf_probe_read_user)(void *dst, u32 size, const void *src) = (void *)112;
static long (*bpf_probe_read_kernel)(void *dst, u32 size, const void *src) = (void *)113;
static long (*bpf_probe_read_user_str)(void *dst, u32 size, const void *src) = (void *)114;
static long (*bpf_probe_read_kernel_str)(void *dst, u32 size, const void *src) = (void *)115;
static u64 (*bpf_ktime_get_boot_ns)(void) = (void *)125;
static long (*bpf_seq_write)(void *seq, const void *data, u32 length) = (void *)127;
static long (*bpf_ringbuf_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static void *(*bpf_ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void (*bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static long (*bpf_find_vma)(struct task_struct *task, u64 address, void *callback, void *context, u64 flags) = (void *)180;
static void *(*bpf_task_pt_regs)(struct task_struct *task) = (void *)175;
static long (*bpf_get_func_ret)(void *context, u64 *value) = (void *)184;
static long (*bpf_loop)(u32 times, void *callback, void *context, u64 flags) = (void *)181;

#define MAP_TYPE(number) int(*type)[number]
#define MAP_ENTRIES(number) int(*max_entries)[number]
#define MAP_KEY(name) typeof(name) *key
#define MAP_VALUE(name) typeof(name) *value

enum { BPF_FIELD_SIZE = 1, BPF_FIELD_EXISTS = 2 };
#define FIELD_EXISTS(field) __builtin_preserve_field_info(field, BPF_FIELD_EXISTS)
#define FIELD_SIZE(field) __builtin_preserve_field_info(field, BPF_FIELD_SIZE)

/* Reads one relocated field through a pointer that the verifier does not know. */
#define READ(pointer, field)                                                                    \
	({                                                                                      \
		typeof(pointer) pointer_ = (pointer);                                           \
		typeof(pointer_->field) value_;                                                 \
		bpf_probe_read_kernel(&value_, sizeof(value_),                                  \
				      __builtin_preserve_access_index(&pointer_->field));       \
		value_;                                                                         \
	})
#define ADDRESS(pointer, field) ((u64)__builtin_preserve_access_index(&(pointer)->field))
#define OFFSET(type, field) ((u64)__builtin_preserve_access_index(&((type *)0)->field))

#define barrier_var(variable) asm volatile("" : "+r"(variable))
