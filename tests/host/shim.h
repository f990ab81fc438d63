/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tested sources use of the kernel's own headers, in user space. All of linux/ *.h leads
 * here; asm/hyperv-tlfs.h and asm/vmx.h are the kernel's.
 */
#ifndef TESTS_HOST_SHIM_H
#define TESTS_HOST_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef int8_t s8;
typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16;
typedef uint32_t u32, __u32;
typedef unsigned long long u64, __u64;
typedef int32_t s32, __s32;
typedef long long s64, __s64;

#define PAGE_SIZE		4096ul
#define WARN_ON_ONCE(condition)	((void)(condition))

#define BIT(n)			(1ul << (n))
#define BIT_ULL(n)		(1ull << (n))
#define GENMASK(high, low)	((~0ul << (low)) & (~0ul >> (63 - (high))))
#define GENMASK_ULL(high, low)	((~0ull << (low)) & (~0ull >> (63 - (high))))
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define sizeof_field(type, field) sizeof(((type *)0)->field)
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))

#define __static_assert(expr, message, ...) _Static_assert(expr, message)
#define static_assert(expr, ...) __static_assert(expr, ##__VA_ARGS__, #expr)

#endif /* TESTS_HOST_SHIM_H */
