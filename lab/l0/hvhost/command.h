/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command.h - what hvhost is told to do
 */
#ifndef HVHOST_COMMAND_H
#define HVHOST_COMMAND_H

void command_start(void);

#endif
