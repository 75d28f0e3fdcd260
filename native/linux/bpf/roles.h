/* Which processes are protected, and which may do to them what others may not. */
#pragma once

/* By process id; see the record's roles. */
struct {
	MAP_TYPE(BPF_MAP_TYPE_HASH);
	MAP_ENTRIES(64);
	MAP_KEY(u32);
	MAP_VALUE(u32);
} roles SEC(".maps");

/* 0 for all but a few. */
static __always_inline u32 role_of(u32 pid)
{
	u32 *role = bpf_map_lookup_elem(&roles, &pid);

	return role ? *role : 0;
}

static __always_inline int is_protected_role(u32 role)
{
	return role == ROLE_SENSOR || role == ROLE_SUPERVISOR;
}

/* Whoever gets the number next has no role. */
static __always_inline void forget_role(u32 pid)
{
	if (role_of(pid))
		bpf_map_delete_elem(&roles, &pid);
}

static __always_inline u32 relation_of(struct task_struct *task)
{
	u32 role;

	if (task->flags & PF_KTHREAD)
		return RELATION_KERNEL;
	if (task->tgid == 1)
		return RELATION_MANAGER;
	if (is_self(task))
		return RELATION_OWN;
	role = role_of(task->tgid);
	if (role == ROLE_UNLOCKED)
		return RELATION_UNLOCKED;
	return role ? RELATION_OWN : RELATION_STRANGER;
}
