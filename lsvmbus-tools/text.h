/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - text that is allocated, where the tools end if memory is short, and numbers in text
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stdint.h>

__attribute__((format(printf, 1, 2)))
char *text_format(const char *format, ...);
char *text_printable(char *text);
bool text_take_number(const char **text, uint64_t max, uint64_t *number);

#endif
