/* BPF programs that others load and attach. */
#pragma once

#define BPF_PROG_LOAD 5
#define BPF_PROG_ATTACH 8
#define BPF_RAW_TRACEPOINT_OPEN 17
#define BPF_LINK_CREATE 28

EXIT_PROGRAM(bpf_call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct record_bpf record = {};
	struct bpf_prog_aux *aux;
	struct bpf_prog *program;
	u32 attributes[3] = {};
	struct file *file;
	s32 descriptor;

	if (context->ret < 0 || is_self(task))
		return 0;
	record.command = ARGUMENT(regs, 0);
	if (record.command == BPF_PROG_LOAD) {
		descriptor = context->ret;
	} else {
		bpf_probe_read_user(attributes, sizeof(attributes), (void *)ARGUMENT(regs, 1));
		if (record.command == BPF_PROG_ATTACH)
			descriptor = attributes[1];
		else if (record.command == BPF_LINK_CREATE)
			descriptor = attributes[0];
		else if (record.command == BPF_RAW_TRACEPOINT_OPEN)
			descriptor = attributes[2];
		else
			return 0;
	}
	fill_header(&record.header, task, KIND_BPF);
	file = file_of(task, descriptor);
	program = file ? READ(file, private_data) : NULL;
	if (program) {
		record.program_type = READ(program, type);
		aux = READ(program, aux);
		record.program_id = READ(aux, id);
		bpf_probe_read_kernel(record.name, sizeof(record.name), (void *)ADDRESS(aux, name));
	}
	record.header.length = sizeof(record);
	emit(&record, sizeof(record), KIND_BPF);
	return 0;
}
