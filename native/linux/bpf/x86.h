/* Registers and system calls of x86-64. */
#pragma once

struct thread_info {
	u32 status;
};
struct pt_regs {
	unsigned long bx;
	unsigned long cx;
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long r10;
	unsigned long r8;
	unsigned long r9;
	unsigned long orig_ax;
	unsigned long bp;
};
#define NR_WRITE 1
#define NR_OPEN 2
#define NR_MMAP 9
#define NR_IOCTL 16
#define NR_PWRITE64 18
#define NR_WRITEV 20
#define NR_SENDFILE 40
#define NR_SENDTO 44
#define NR_RECVFROM 45
#define NR_SENDMSG 46
#define NR_RECVMSG 47
#define NR_BIND 49
#define NR_TRUNCATE 76
#define NR_RENAME 82
#define NR_MKDIR 83
#define NR_RMDIR 84
#define NR_CREAT 85
#define NR_LINK 86
#define NR_UNLINK 87
#define NR_SYMLINK 88
#define NR_CHMOD 90
#define NR_FCHMOD 91
#define NR_CHOWN 92
#define NR_FCHOWN 93
#define NR_LCHOWN 94
#define NR_PTRACE 101
#define NR_UTIME 132
#define NR_MKNOD 133
#define NR_SETXATTR 188
#define NR_LSETXATTR 189
#define NR_FSETXATTR 190
#define NR_UTIMES 235
#define NR_OPENAT 257
#define NR_MKDIRAT 258
#define NR_MKNODAT 259
#define NR_FCHOWNAT 260
#define NR_FUTIMESAT 261
#define NR_UNLINKAT 263
#define NR_RENAMEAT 264
#define NR_LINKAT 265
#define NR_SYMLINKAT 266
#define NR_FCHMODAT 268
#define NR_SPLICE 275
#define NR_UTIMENSAT 280
#define NR_FALLOCATE 285
#define NR_PWRITEV 296
#define NR_RECVMMSG 299
#define NR_SENDMMSG 307
#define NR_PROCESS_VM_READV 310
#define NR_PROCESS_VM_WRITEV 311
#define NR_FINIT_MODULE 313
#define NR_RENAMEAT2 316
#define NR_COPY_FILE_RANGE 326
#define NR_PWRITEV2 328
#define NR_OPENAT2 437
#define NR_PIDFD_GETFD 438
#define NR_FCHMODAT2 452
#define NR_SETXATTRAT 463
/* Where the instruction pointer is among the registers that ptrace gives and takes. */
#define USER_AREA_IP 128
#define TS_COMPAT 2
#define IS_COMPAT(task) ((task)->thread_info.status & TS_COMPAT)
#define CALL_NUMBER(regs) ((u32)(regs)->orig_ax)
#define ARGUMENT(regs, n) ARGUMENT_##n(regs)
#define ARGUMENT_0(regs) ((regs)->di)
#define ARGUMENT_1(regs) ((regs)->si)
#define ARGUMENT_2(regs) ((regs)->dx)
#define ARGUMENT_3(regs) ((regs)->r10)
#define ARGUMENT_4(regs) ((regs)->r8)
#define ARGUMENT_5(regs) ((regs)->r9)
