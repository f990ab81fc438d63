/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timer.h - the local APIC timers of L1 across a change of its TSCs
 */
#ifndef HVHOST_TIMER_H
#define HVHOST_TIMER_H

#include <stdint.h>

#include "vm.h"

uint32_t timer_left(const struct vcpu *vcpu);
void timer_restart(const struct vcpu *vcpu, uint32_t left);

#endif
