/* Files that are mapped as code, and code where the program's own image had none. */
#pragma once

#define LOADS_ENTRIES 16384

/* One file as one program of a process mapped it: repetitions are not reported. */
struct load {
	u64 process_start;
	u64 exec_id;
	u64 inode;
	u32 pid;
	u32 device;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_LRU_HASH);
	MAP_ENTRIES(LOADS_ENTRIES);
	MAP_KEY(struct load);
	MAP_VALUE(u8);
} loads SEC(".maps");

static __always_inline void emit_load(struct task_struct *task, struct file *file)
{
	struct inode *inode = READ(file, f_inode);
	struct load key = {};
	u8 seen = 1;

	if ((READ(inode, i_mode) & S_IFMT) != S_IFREG || is_self(task))
		return;
	key.process_start = task->group_leader->start_boottime;
	key.exec_id = task->self_exec_id;
	key.inode = READ(inode, i_ino);
	key.pid = task->tgid;
	key.device = READ(READ(inode, i_sb), s_dev);
	if (bpf_map_lookup_elem(&loads, &key))
		return;
	bpf_map_update_elem(&loads, &key, &seen, BPF_ANY);
	emit_file_facts(KIND_IMAGE_LOAD, HOW_OPEN, file);
}

EXIT_PROGRAM(mapping_made)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct file *file;

	if (!(ARGUMENT(regs, 2) & PROT_EXEC) || ARGUMENT(regs, 3) & MAP_ANONYMOUS ||
	    context->ret < 0)
		return 0;
	file = file_of(task, (s32)ARGUMENT(regs, 4));
	if (file)
		emit_load(task, file);
	return 0;
}

/* What find_mapping found at an address. */
struct mapping {
	struct file *file;
	u64 start;
	u64 end;
	u64 has_own_pages;
};

static long find_mapping(struct task_struct *task, struct vm_area_struct *area,
			 struct mapping *found)
{
	found->file = area->vm_file;
	found->start = area->vm_start;
	found->end = area->vm_end;
	found->has_own_pages = area->anon_vma != NULL;
	return 0;
}

/* Whether the kernel laid the mapping out for the program: its data, heap or first stack. */
static __always_inline int is_of_program(struct mm_struct *mm, struct mapping *found)
{
	u64 stack = mm->start_stack;

	return (found->start >= mm->start_code && found->end <= mm->brk) ||
	       (found->start <= stack && stack < found->end);
}

/*
 * mprotect, pkey_mprotect. A mapping that becomes executable is a loaded image when it is a file's.
 * In the program's own image it is tampering: code in its data, heap or stack, or code of which it
 * has changed pages or can change them.
 */
EXIT_PROGRAM(mapping_changed)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	struct mm_struct *mm = task->mm;
	u64 protection = ARGUMENT(regs, 2);
	struct mapping found = {};
	struct file *image;
	u32 how;

	if (context->ret != 0 || !(protection & PROT_EXEC) || !mm || is_self(task))
		return 0;
	if (bpf_find_vma(task, ARGUMENT(regs, 0), find_mapping, &found, 0)) {
		count(KIND_IMAGE_LOAD, COUNTER_INTERNAL);
		return 0;
	}
	image = mm->exe_file;
	if (found.file && found.file != image && is_wanted(7))
		emit_load(task, found.file);
	if (!is_wanted(25) || !image)
		return 0;
	if (found.file && found.file != image)
		return 0;
	if (found.file && found.start < mm->end_code)
		how = found.has_own_pages || protection & PROT_WRITE ? HOW_CODE_CHANGED : 0;
	else
		how = is_of_program(mm, &found) ? HOW_CODE_IN_DATA : 0;
	if (how)
		emit_file(KIND_TAMPER, how, (u64)image, 0);
	return 0;
}

/* prctl(PR_SET_MM): the link /proc/PID/exe can be made to name another file. */
EXIT_PROGRAM(mapping_image)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	u64 what = ARGUMENT(regs, 1);
	struct mm_struct *mm = task->mm;
	struct file *image;

	if (context->ret != 0 || (s32)ARGUMENT(regs, 0) != PR_SET_MM || !mm || is_self(task) ||
	    (what != PR_SET_MM_EXE_FILE && what != PR_SET_MM_MAP))
		return 0;
	image = mm->exe_file;
	if (image)
		emit_file(KIND_TAMPER, HOW_SET_IMAGE, (u64)image, 0);
	return 0;
}
