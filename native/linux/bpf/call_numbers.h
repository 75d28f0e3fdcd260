/* Numbers of the system calls that programs tell apart. */
#pragma once

#if defined(__TARGET_ARCH_x86)
#define NR_WRITE 1
#define NR_MMAP 9
#define NR_PWRITE64 18
#define NR_WRITEV 20
#define NR_SENDTO 44
#define NR_RECVFROM 45
#define NR_SENDMSG 46
#define NR_RECVMSG 47
#define NR_BIND 49
#define NR_RENAME 82
#define NR_LINK 86
#define NR_UNLINK 87
#define NR_SYMLINK 88
#define NR_CHMOD 90
#define NR_FCHMOD 91
#define NR_PTRACE 101
#define NR_UTIME 132
#define NR_MKNOD 133
#define NR_SETXATTR 188
#define NR_LSETXATTR 189
#define NR_FSETXATTR 190
#define NR_UTIMES 235
#define NR_MKNODAT 259
#define NR_FUTIMESAT 261
#define NR_UNLINKAT 263
#define NR_RENAMEAT 264
#define NR_LINKAT 265
#define NR_SYMLINKAT 266
#define NR_FCHMODAT 268
#define NR_UTIMENSAT 280
#define NR_PWRITEV 296
#define NR_RECVMMSG 299
#define NR_SENDMMSG 307
#define NR_PROCESS_VM_READV 310
#define NR_PROCESS_VM_WRITEV 311
#define NR_FINIT_MODULE 313
#define NR_RENAMEAT2 316
#define NR_PWRITEV2 328
#define NR_PIDFD_GETFD 438
#define NR_FCHMODAT2 452
#define NR_SETXATTRAT 463
#else
#error "system calls of this architecture are not numbered yet"
#endif
