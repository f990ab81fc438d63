/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_RESUME_H
#define REENLIGHTENMENT_RESUME_H

void resume_start(void);
void resume_stop(void);

#endif /* REENLIGHTENMENT_RESUME_H */
