/* Deciding, in the place where it happens, whether a file operation is denied. */
#pragma once
#include "guard_match.h"

#define EPERM 1
#define GUARD_ROOM 16
/* Where the seats of decisions begin, and of names that are told: these take none from a decision. */
#define GUARD_DECISIONS 0
#define GUARD_NAMES GUARD_ROOM
#define GUARD_SEATS (2 * GUARD_ROOM)
/* The event's texts: the record is sent from the target's start on, with the image behind it. */
#define GUARD_HEAD_BYTES 512
#define GUARD_PATH_BYTES 4352
#define GUARD_TARGET_END (GUARD_HEAD_BYTES + GUARD_PATH_BYTES)
#define GUARD_IMAGE_START GUARD_TARGET_END
#define GUARD_WALK_END (GUARD_IMAGE_START + 2 * GUARD_PATH_BYTES)
#define GUARD_USER_START (GUARD_WALK_END + GUARD_NAME_BYTES)
#define GUARD_PID_END (GUARD_USER_START + 2 * GUARD_NAME_BYTES)
#define GUARD_IS_EXECUTABLE_START GUARD_PID_END
#define GUARD_USER_BYTES 64

struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(2);
	MAP_KEY(u32);
	MAP_VALUE(struct guard_policy);
} guard_policies SEC(".maps");
/* Which of the two is in force. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u32);
} guard_active SEC(".maps");

struct guard_user {
	u32 length;
	u8 name[GUARD_USER_BYTES];
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_HASH);
	MAP_ENTRIES(4096);
	MAP_KEY(u32);
	MAP_VALUE(struct guard_user);
	int(*map_flags)[BPF_F_NO_PREALLOC];
} guard_users SEC(".maps");

/*
 * Decisions under way. Not one per processor: a task that is in the middle of a decision can be
 * preempted by another one.
 */
struct guard_seat {
	u32 is_taken;
	u32 policy;
	struct walk walk;
	u32 slot;
	u32 written;
	struct guard_event event;
};
struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(GUARD_SEATS);
	MAP_KEY(u32);
	MAP_VALUE(struct guard_seat);
} guard_seats SEC(".maps");

static __always_inline struct guard_seat *guard_seat_of(u32 seat)
{
	return bpf_map_lookup_elem(&guard_seats, &seat);
}

static __always_inline u32 guard_policy_in_force(void)
{
	u32 first = 0, *active = bpf_map_lookup_elem(&guard_active, &first);

	return active ? *active : 0;
}

static __always_inline struct guard_policy *guard_policy_of(u32 policy)
{
	return bpf_map_lookup_elem(&guard_policies, &policy);
}

/* Whether the policy in force can deny anything of a kind. */
static __always_inline int guards(u32 kind)
{
	struct guard_policy *policy = guard_policy_of(guard_policy_in_force());

	return policy && policy->entry[kind & (GUARD_EVENTS - 1)] != GUARD_ALLOW &&
	       !is_self(bpf_get_current_task_btf());
}

/* The number of a free one of the GUARD_ROOM seats from `start` on, or GUARD_SEATS. */
static __always_inline u32 guard_sit_down(u32 start)
{
	u32 first = bpf_get_smp_processor_id();
	struct guard_seat *seat;

	for (u32 i = 0; i < GUARD_ROOM; i++) {
		u32 number = start + (first + i) % GUARD_ROOM;

		seat = guard_seat_of(number);
		if (seat && !__sync_val_compare_and_swap(&seat->is_taken, 0, 1))
			return number;
	}
	return GUARD_SEATS;
}

/* Puts one more name in front of the path that is being written from its end. */
static long guard_prepend(u32 index, void *context)
{
	struct guard_seat *seat = guard_seat_of(*(u32 *)context);
	struct dentry_name name = {};
	struct walk *walk;
	u32 at, length;

	if (!seat)
		return 1;
	walk = &seat->walk;
	if (walk->dentry == walk->place.root) {
		if (walk->place.parent == walk->mount) {
			walk->dentry = NULL;
			return 1;
		}
		walk->dentry = walk->place.mountpoint;
		walk->mount = walk->place.parent;
		read_place(&walk->place, walk->mount);
		return 0;
	}
	read_name(&name, walk->dentry);
	if (name.parent == walk->dentry && seat->written) {
		walk->dentry = NULL;
		return 1;
	}
	length = name.length;
	if (!name.name || length > GUARD_NAME_BYTES - 1 ||
	    seat->written + length + 2 > GUARD_PATH_BYTES)
		return 1;
	at = walk->start - seat->written - length;
	barrier_var(at);
	at &= GUARD_EVENT_TEXT - 1;
	length &= GUARD_NAME_BYTES - 1;
	if (bpf_probe_read_kernel(&seat->event.text[at], length, name.name))
		return 1;
	seat->event.text[(at - 1) & (GUARD_EVENT_TEXT - 1)] = '/';
	seat->written += length + 1;
	walk->dentry = name.parent == walk->dentry ? NULL : name.parent;
	return !walk->dentry;
}

/*
 * Writes the path of an entry so that it ends at `end`; its length. Begins with `+` where its upper
 * part is missing, as in the event.
 */
static __always_inline u32 guard_path(u32 number, u64 dentry, u64 mount, u32 end)
{
	struct guard_seat *seat = guard_seat_of(number);

	if (!seat)
		return 0;
	seat->walk.dentry = (void *)dentry;
	seat->walk.mount = (void *)(mount - OFFSET(struct mount, mnt));
	seat->walk.start = end;
	seat->written = 0;
	read_place(&seat->walk.place, seat->walk.mount);
	bpf_loop(PATH_COMPONENTS, guard_prepend, &number, 0);
	if (!seat->written) {
		seat->event.text[(end - 1) & (GUARD_EVENT_TEXT - 1)] = '/';
		seat->written = 1;
	}
	if (seat->walk.dentry) {
		seat->written++;
		seat->event.text[(end - seat->written) & (GUARD_EVENT_TEXT - 1)] = '+';
	}
	return seat->written;
}

static long guard_find_last_part(u32 index, void *context)
{
	struct guard_seat *seat = guard_seat_of(*(u32 *)context);

	if (!seat)
		return 1;
	guard_look_at(&seat->event, seat->slot, index);
	return 0;
}

static __always_inline void guard_set(struct guard_seat *seat, u32 number, u32 slot, u32 start,
				      u32 length)
{
	struct guard_text text = { start, length };

	seat->event.texts[slot] = text;
	seat->event.texts[GUARD_FIELDS + slot] = text;
	seat->slot = slot;
	bpf_loop(length, guard_find_last_part, &number, 0);
}

static __always_inline void guard_set_pid(struct guard_seat *seat, u32 number, u32 pid)
{
	u32 length = 0;

	for (int i = 0; i < 10; i++) {
		length++;
		seat->event.text[GUARD_PID_END - length] = '0' + pid % 10;
		pid /= 10;
		if (!pid)
			break;
	}
	guard_set(seat, number, GUARD_PID, GUARD_PID_END - length, length);
}

static __always_inline void guard_set_user(struct guard_seat *seat, u32 number, u32 uid)
{
	struct guard_user *user = bpf_map_lookup_elem(&guard_users, &uid);
	u32 length = 1;

	seat->event.text[GUARD_USER_START] = '-';
	if (user) {
		length = user->length & (GUARD_USER_BYTES - 1);
		bpf_probe_read_kernel(&seat->event.text[GUARD_USER_START], GUARD_USER_BYTES,
				      user->name);
	}
	guard_set(seat, number, GUARD_USER, GUARD_USER_START, length);
}

static __always_inline void guard_set_is_executable(struct guard_seat *seat, u32 number, u32 mode)
{
	u8 *text = &seat->event.text[GUARD_IS_EXECUTABLE_START];
	u32 is_executable = mode & S_IXUGO, length = is_executable ? 4 : 5;
	u64 word = is_executable ? NAME('t', 'r', 'u', 'e', 0, 0, 0, 0) :
				   NAME('f', 'a', 'l', 's', 'e', 0, 0, 0);

	__builtin_memcpy(text, &word, sizeof(word));
	guard_set(seat, number, GUARD_IS_EXECUTABLE, GUARD_IS_EXECUTABLE_START, length);
}

static long guard_compare(u32 index, void *context)
{
	struct guard_seat *seat = guard_seat_of(*(u32 *)context);
	struct guard_policy *policy;

	if (!seat)
		return 1;
	policy = guard_policy_of(seat->policy);
	return !policy || guard_step(policy, &seat->event);
}

static __always_inline void guard_report(struct guard_seat *seat, struct task_struct *task,
					 u32 record_kind, u32 how, u32 mode)
{
	struct guard_text *path = &seat->event.texts[GUARD_TARGET];
	struct guard_text *image = &seat->event.texts[GUARD_IMAGE];
	u32 start = path->start - sizeof(struct record_denial), length;
	struct record_denial *record;

	barrier_var(start);
	if (start > GUARD_TARGET_END)
		return;
	record = (void *)&seat->event.text[start];
	fill_header(&record->header, task, record_kind);
	record->how = how;
	record->mode = mode;
	record->path_len = path->length;
	record->image_len = image->length;
	length = sizeof(*record) + path->length + image->length;
	record->header.length = length;
	barrier_var(length);
	if (length > GUARD_HEAD_BYTES + 2 * GUARD_PATH_BYTES)
		return;
	emit(&seat->event.text[start], length, record_kind);
}

/*
 * -EPERM if the rules deny that the current task does to an entry what a kind of event means, with
 * a record of it; else 0. `mode` is the file's.
 */
__noinline int guard_decide(u32 kind, u32 how, u64 dentry, u64 mount, u32 mode)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 number = guard_sit_down(GUARD_DECISIONS), length;
	u32 record_kind = kind == GUARD_EXECUTABLE ? KIND_BLOCKED_EXECUTABLE :
						     KIND_BLOCKED_SHREDDING;
	struct guard_policy *policy;
	struct guard_seat *seat;
	struct file *file;
	int result = -EPERM;

	seat = guard_seat_of(number);
	if (!seat) {
		count(record_kind, COUNTER_TABLE_FULL);
		return -EPERM;
	}
	length = guard_path(number, dentry, mount, GUARD_TARGET_END);
	guard_set(seat, number, GUARD_TARGET, GUARD_TARGET_END - length, length);
	file = READ(READ(task, mm), exe_file);
	if (file) {
		length = guard_path(number, (u64)READ(file, f_path.dentry),
				    (u64)READ(file, f_path.mnt), GUARD_WALK_END);
		length &= 8191;
		if (length > GUARD_PATH_BYTES)
			length = GUARD_PATH_BYTES;
		bpf_probe_read_kernel(&seat->event.text[GUARD_IMAGE_START], length,
				      &seat->event.text[(GUARD_WALK_END - length) & (GUARD_EVENT_TEXT - 1)]);
	} else {
		length = 1;
		seat->event.text[GUARD_IMAGE_START] = '-';
	}
	guard_set(seat, number, GUARD_IMAGE, GUARD_IMAGE_START, length);
	guard_set_user(seat, number, task->cred->uid.val);
	guard_set_pid(seat, number, task->tgid);
	guard_set_is_executable(seat, number, mode);
	seat->policy = guard_policy_in_force();
	policy = guard_policy_of(seat->policy);
	if (policy) {
		guard_begin(policy, &seat->event, kind);
		bpf_loop(GUARD_STEPS, guard_compare, &number, 0);
		if (seat->event.at == GUARD_ALLOW)
			result = 0;
	}
	if (result)
		guard_report(seat, task, record_kind, how, mode);
	__sync_lock_test_and_set(&seat->is_taken, 0);
	return result;
}
