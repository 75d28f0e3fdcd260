/* Kernel modules that are loaded. */
#pragma once

#define SIGNATURE_UNKNOWN 2

struct known_module {
	struct record_module about;
	u8 name[MODULE_NAME_BYTES];
};
struct module_part {
	struct record_facts facts;
	struct known_module module;
};

/* What the kernel said of a module, by the thread that is loading it. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(64);
	MAP_KEY(u64);
	MAP_VALUE(struct known_module);
} modules SEC(".maps");

/* Inside of the call that loads it. */
SEC("raw_tracepoint")
int module_accepted(u64 *context)
{
	struct module *module = (void *)context[0];
	u64 thread = bpf_get_current_pid_tgid();
	struct known_module known = {};

	known.about.taints = READ(module, taints);
	known.about.signature = SIGNATURE_UNKNOWN;
	if (FIELD_EXISTS(module->sig_ok))
		known.about.signature = READ(module, sig_ok);
	bpf_probe_read_kernel_str(known.name, sizeof(known.name), (void *)ADDRESS(module, name));
	bpf_map_update_elem(&modules, &thread, &known, BPF_ANY);
	return 0;
}

/* init_module, whose module is in the caller's memory, and finit_module. */
EXIT_PROGRAM(module_loaded)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	u64 thread = bpf_get_current_pid_tgid();
	struct known_module *known;
	struct module_part *own;
	struct file *file = NULL;

	if (context->ret != 0)
		return 0;
	own = extra_part(KIND_MODULE);
	if (!own)
		return 0;
	__builtin_memset(own, 0, sizeof(*own));
	own->module.about.signature = SIGNATURE_UNKNOWN;
	known = bpf_map_lookup_elem(&modules, &thread);
	if (known) {
		own->module = *known;
		bpf_map_delete_elem(&modules, &thread);
	}
	if (context->nr == NR_FINIT_MODULE)
		file = file_of(task, (s32)ARGUMENT(regs, 0));
	if (!file) {
		emit_path(KIND_MODULE | HOW_OPEN << 16, 0, 0, 0, sizeof(*own));
		return 0;
	}
	fill_facts(&own->facts, READ(file, f_inode));
	emit_file(KIND_MODULE, HOW_OPEN, (u64)file, sizeof(*own));
	return 0;
}
