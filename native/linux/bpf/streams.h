/* Extended attributes of users, which hold what Windows keeps in a file's streams. */
#pragma once

#define ATTRIBUTE_BYTES 256
#define VALUE_BYTES 2048
#define USER_PREFIX 5 /* "user." */
#define USER_MASK 0xffffffffffull

struct stream_part {
	struct record_stream stream;
	u8 name[ATTRIBUTE_BYTES];
	u8 value[VALUE_BYTES];
};
struct user_xattr {
	u64 value;
	u32 size;
	u32 flags;
};

/* setxattr, lsetxattr, fsetxattr, setxattrat share one program, told apart by number. */
EXIT_PROGRAM(stream_set)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = context->regs;
	u64 path = ARGUMENT(regs, 0), name = ARGUMENT(regs, 1), value = ARGUMENT(regs, 2);
	u64 size = ARGUMENT(regs, 3), flags = 0;
	u32 how = HOW_CHANGE, kept, extra;
	s32 descriptor = AT_FDCWD;
	struct stream_part *own;
	struct file *file;

	if (context->ret != 0 || is_self(task))
		return 0;
	if (context->nr == NR_SETXATTRAT) {
		struct user_xattr given = {};

		descriptor = ARGUMENT(regs, 0);
		path = ARGUMENT(regs, 1);
		flags = ARGUMENT(regs, 2);
		name = ARGUMENT(regs, 3);
		bpf_probe_read_user(&given, sizeof(given), (void *)ARGUMENT(regs, 4));
		value = given.value;
		size = given.size;
	} else if (context->nr == NR_FSETXATTR) {
		descriptor = path;
		path = 0;
	}
	if (context->nr != NR_LSETXATTR && !(flags & AT_SYMLINK_NOFOLLOW))
		how |= EMIT_FOLLOWED;
	own = extra_part(KIND_STREAM);
	if (!own)
		return 0;
	__builtin_memset(own, 0, sizeof(own->stream) + ATTRIBUTE_BYTES);
	if (bpf_probe_read_user_str(own->name, ATTRIBUTE_BYTES, (void *)name) <= USER_PREFIX ||
	    (*(u64 *)own->name & USER_MASK) != NAME('u', 's', 'e', 'r', '.', 0, 0, 0))
		return 0;
	kept = size > VALUE_BYTES ? VALUE_BYTES : size;
	barrier_var(kept);
	if (kept > VALUE_BYTES)
		return 0;
	if (bpf_probe_read_user(own->value, kept, (void *)value)) {
		count(KIND_STREAM, COUNTER_FAULT);
		kept = 0;
	}
	own->stream.value_len = kept;
	own->stream.value_total = size;
	extra = sizeof(own->stream) + ATTRIBUTE_BYTES + ((kept + 7) & ~7u);
	if (names_no_path(path, flags)) {
		file = file_of(task, descriptor);
		if (file)
			emit_file(KIND_STREAM, HOW_CHANGE, (u64)file, extra);
		return 0;
	}
	emit_name(KIND_STREAM, how, descriptor, path, extra);
	return 0;
}
