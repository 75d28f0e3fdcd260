/* The parts of kernel structures that our programs read, relocated at load time (CO-RE). */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u16 __be16;
typedef u32 __be32;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))

#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004
#define FMODE_READ 1
#define FMODE_WRITE 2
#define FMODE_CREATED 0x100000
#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFBLK 0060000
#define S_IFREG 0100000
#define S_IFSOCK 0140000
#define S_IXUGO 0111
#define O_APPEND 02000
#define MAY_WRITE 2
#define MAP_SHARED 1
#define VM_SHARED 8
#define RWF_APPEND 0x10
#define RWF_NOAPPEND 0x20
#define FICLONE 0x40049409
#define FICLONERANGE 0x4020940d
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_UNSHARE_RANGE 0x40
#define PF_IO_WORKER 0x10
#define PROC_SUPER_MAGIC 0x9fa0
#define PID_FS_MAGIC 0x50494446
#define PIPEFS_MAGIC 0x50495045
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20
#define PR_SET_MM 35
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP 14
#define MODULE_NAME_BYTES 56
#define MEMORY_DEVICES 1 /* major number of /dev/mem, /dev/kmem, /dev/port */
#define AT_FDCWD -100
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200
#define AT_EMPTY_PATH 0x1000
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe
#define RENAME_EXCHANGE 2
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
#include "x86.h"
#elif defined(__TARGET_ARCH_arm64)
#include "arm64.h"
#else
#error "this architecture's registers and system calls are not described yet"
#endif

struct qstr {
	u32 hash;
	u32 len;
	const unsigned char *name;
};
struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};
struct vfsmount {
	struct dentry *mnt_root;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct super_block {
	u32 s_dev;
	unsigned long s_magic;
};
struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};
struct inode {
	u16 i_mode;
	u32 i_rdev;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	s64 i_size;
	u32 i_generation;
	void *i_private;
	s64 i_mtime_sec;
	s64 i_ctime_sec;
	u32 i_mtime_nsec;
	u32 i_ctime_nsec;
};
/* 5.x to 6.5: i_mtime, i_ctime; 6.6 to 6.10: __i_mtime, __i_ctime (__i_mtime from 6.7). */
struct inode___plain {
	struct timespec64 i_mtime;
	struct timespec64 i_ctime;
};
struct inode___underscored {
	struct timespec64 __i_mtime;
	struct timespec64 __i_ctime;
};
struct socket;
struct file {
	struct path f_path;
	struct inode *f_inode;
	u32 f_mode;
	unsigned int f_flags;
	void *private_data;
	s64 f_pos;
};
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct fs_struct {
	struct path root;
	struct path pwd;
};
struct mm_struct {
	unsigned long start_code;
	unsigned long end_code;
	unsigned long brk;
	unsigned long start_stack;
	unsigned long arg_start;
	unsigned long arg_end;
	struct file *exe_file;
};
struct tty_driver {
	int major;
	int minor_start;
};
struct tty_struct {
	int index;
	struct tty_driver *driver;
};
struct signal_struct {
	struct {
		int counter;
	} live;
	unsigned int flags;
	int group_exit_code;
	struct tty_struct *tty;
};
struct cred {
	struct {
		u32 val;
	} uid;
	struct {
		u32 val;
	} gid;
	struct {
		u32 val;
	} euid;
};
struct hlist_node {
	struct hlist_node *next;
};
struct hlist_head {
	struct hlist_node *first;
};
struct xa_node {
	u8 shift;
	void *slots[64];
};
struct xarray {
	void *xa_head;
};
struct idr {
	struct xarray idr_rt;
	unsigned int idr_base;
};
struct pid_namespace {
	struct idr idr;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[1];
};
struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
};
struct mnt_namespace;
struct nsproxy {
	struct mnt_namespace *mnt_ns;
};
struct kernfs_node {
	struct kernfs_node *parent;
	const char *name;
	u64 id;
};
/* From 6.15. */
struct kernfs_node___renamed {
	struct kernfs_node *__parent;
};
struct cgroup_root {
	int hierarchy_id;
};
struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
};
struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};
struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct nsproxy *nsproxy;
	int pid;
	int tgid;
	struct mm_struct *mm;
	int exit_code;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct hlist_node pid_links[4];
	u64 start_boottime;
	const struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	char comm[16];
	struct css_set *cgroups;
	struct {
		u32 val;
	} loginuid;
	unsigned int sessionid;
	u64 self_exec_id;
};
struct linux_binprm;
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	u16 skc_num;
	u16 skc_family;
	struct {
		u8 unused;
	} skc_v6_daddr;
	struct {
		u8 unused;
	} skc_v6_rcv_saddr;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_protocol;
};
struct socket {
	struct sock *sk;
};
struct unix_address {
	int len;
	struct {
		u8 unused;
	} name[1];
};
struct unix_sock {
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};
struct anon_vma;
struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	struct anon_vma *anon_vma;
	struct file *vm_file;
};
struct bpf_prog_aux {
	u32 id;
	char name[16];
};
enum bpf_prog_type { BPF_PROG_TYPE_UNSPEC };
struct bpf_prog {
	enum bpf_prog_type type;
	struct bpf_prog_aux *aux;
};
struct filename {
	const char *name;
};
struct io_cqe {
	s32 res;
};
struct io_kiocb {
	u8 opcode;
	u32 flags;
	struct io_cqe cqe;
};
struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};
struct io_rename {
	int new_dfd;
	struct filename *newpath;
	int flags;
};
struct io_link {
	int new_dfd;
	struct filename *newpath;
};
struct io_close {
	int fd;
};
struct module {
	char name[MODULE_NAME_BYTES];
	unsigned long taints;
	u8 sig_ok;
};
struct renamedata {
	struct dentry *old_dentry;
};
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* Stable ABI, not relocated. */
struct skb { /* struct __sk_buff */
	u32 len;
	u32 pkt_type;
	u32 mark;
	u32 queue_mapping;
	u32 protocol;
};
struct socket_address { /* struct bpf_sock_addr */
	u32 user_family;
	u32 user_ip4;
	u32 user_ip6[4];
	u32 user_port;
};
struct syscall_enter {
	u64 common;
	int nr;
	u32 padding;
	/* Arguments follow, as many as the call has: no program may read further. */
};
struct user_msghdr {
	u64 name;
	int namelen;
	u32 padding;
	u64 iov;
	u64 iovlen;
	u64 control;
	u64 controllen;
	u32 flags;
	u32 padding2;
};
struct user_mmsghdr {
	struct user_msghdr header;
	u32 length;
	u32 padding;
};
