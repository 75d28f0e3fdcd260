/* Registers and system calls of arm64. Compiled, never run: there was no such machine. */
#pragma once

struct thread_info {
	unsigned long flags;
};
struct pt_regs {
	u64 regs[31];
	u64 orig_x0;
	s32 syscallno;
};
#define NR_SETXATTR 5
#define NR_LSETXATTR 6
#define NR_FSETXATTR 7
#define NR_IOCTL 29
#define NR_MKNODAT 33
#define NR_MKDIRAT 34
#define NR_UNLINKAT 35
#define NR_SYMLINKAT 36
#define NR_LINKAT 37
#define NR_RENAMEAT 38
#define NR_TRUNCATE 45
#define NR_FALLOCATE 47
#define NR_FCHMOD 52
#define NR_FCHMODAT 53
#define NR_FCHOWNAT 54
#define NR_FCHOWN 55
#define NR_OPENAT 56
#define NR_WRITE 64
#define NR_WRITEV 66
#define NR_PWRITE64 68
#define NR_PWRITEV 70
#define NR_SENDFILE 71
#define NR_SPLICE 76
#define NR_UTIMENSAT 88
#define NR_PTRACE 117
#define NR_BIND 200
#define NR_SENDTO 206
#define NR_RECVFROM 207
#define NR_SENDMSG 211
#define NR_RECVMSG 212
#define NR_MMAP 222
#define NR_RECVMMSG 243
#define NR_SENDMMSG 269
#define NR_PROCESS_VM_READV 270
#define NR_PROCESS_VM_WRITEV 271
#define NR_FINIT_MODULE 273
#define NR_RENAMEAT2 276
#define NR_COPY_FILE_RANGE 285
#define NR_PWRITEV2 287
#define NR_OPENAT2 437
#define NR_PIDFD_GETFD 438
#define NR_FCHMODAT2 452
#define NR_SETXATTRAT 463
/* Calls that this architecture never had: numbers that none has. */
#define NO_CALL(n) (0x10000 + n)
#define NR_RENAME NO_CALL(0)
#define NR_LINK NO_CALL(1)
#define NR_UNLINK NO_CALL(2)
#define NR_SYMLINK NO_CALL(3)
#define NR_CHMOD NO_CALL(4)
#define NR_UTIME NO_CALL(5)
#define NR_MKNOD NO_CALL(6)
#define NR_UTIMES NO_CALL(7)
#define NR_FUTIMESAT NO_CALL(8)
#define NR_OPEN NO_CALL(9)
#define NR_CREAT NO_CALL(10)
#define NR_RMDIR NO_CALL(11)
#define NR_CHOWN NO_CALL(12)
#define NR_LCHOWN NO_CALL(13)
#define NR_MKDIR NO_CALL(14)
/* Where the instruction pointer is among the registers that ptrace gives and takes. */
#define USER_AREA_IP 256
#define TIF_32BIT 22
#define IS_COMPAT(task) ((task)->thread_info.flags & 1ul << TIF_32BIT)
#define CALL_NUMBER(regs) ((u32)(regs)->syscallno)
#define ARGUMENT(regs, n) ARGUMENT_##n(regs)
#define ARGUMENT_0(regs) ((regs)->orig_x0)
#define ARGUMENT_1(regs) ((regs)->regs[1])
#define ARGUMENT_2(regs) ((regs)->regs[2])
#define ARGUMENT_3(regs) ((regs)->regs[3])
#define ARGUMENT_4(regs) ((regs)->regs[4])
#define ARGUMENT_5(regs) ((regs)->regs[5])
