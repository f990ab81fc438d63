/* SPDX-License-Identifier: GPL-2.0 */
/*
 * class.h - what the class of a VMBus device is called
 */
#ifndef CLASS_H
#define CLASS_H

#include <stdbool.h>

struct class {
	const char *guid;	/* lower case, without braces */
	const char *name;
	bool busy;		/* storage or network: its channels carry the machine's I/O */
};

const struct class *class_find(const char *class_id);

#endif
