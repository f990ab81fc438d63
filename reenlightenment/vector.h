/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_VECTOR_H
#define REENLIGHTENMENT_VECTOR_H

#include <linux/types.h>

int vector_init(void);
void vector_exit(void);
bool vector_is_ours(void);
void vector_resume(void);

#endif /* REENLIGHTENMENT_VECTOR_H */
