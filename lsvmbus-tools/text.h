/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - allocated text; the tools end if memory is short
 */
#ifndef TEXT_H
#define TEXT_H

__attribute__((format(printf, 1, 2)))
char *text_format(const char *format, ...);

#endif
