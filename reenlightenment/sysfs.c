// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/hv_reenlightenment (Documentation/ABI/testing/sysfs-kernel-hv_reenlightenment).
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "control.h"
#include "event.h"
#include "subscribers.h"
#include "sysfs.h"
#include "vector.h"

static ssize_t mode_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	if (vector_is_ours())
		return sysfs_emit(buf, "own\n");
	return sysfs_emit(buf, "%s\n", control_armed() ? "kernel" : "off");
}

static ssize_t subscribers_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return subscribers_names(buf);
}

/* A file with a field of the record. */
#define RECORD_FILE(name, field)								\
static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)	\
{												\
	return sysfs_emit(buf, "%llu\n", event_get_record().field);				\
}												\
static struct kobj_attribute name##_file = __ATTR_RO(name)

RECORD_FILE(events, events);
RECORD_FILE(last_window_ns, last_ns);
RECORD_FILE(longest_window_ns, longest_ns);
RECORD_FILE(last_hold_ns, last_held_ns);
RECORD_FILE(longest_hold_ns, longest_held_ns);
RECORD_FILE(old_frequency, old_hz);
RECORD_FILE(new_frequency, new_hz);

static struct kobj_attribute mode_file = __ATTR_RO(mode);
static struct kobj_attribute subscribers_file = __ATTR_RO(subscribers);

static const struct attribute *const files[] = {
	&mode_file.attr,
	&events_file.attr,
	&last_window_ns_file.attr,
	&longest_window_ns_file.attr,
	&last_hold_ns_file.attr,
	&longest_hold_ns_file.attr,
	&old_frequency_file.attr,
	&new_frequency_file.attr,
	&subscribers_file.attr,
	NULL
};

static struct kobject *folder;

/**
 * sysfs_start - make the folder and its files
 *
 * Return: 0 or -ENOMEM.
 */
int sysfs_start(void)
{
	int r;

	folder = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!folder)
		return -ENOMEM;
	r = sysfs_create_files(folder, files);
	if (r)
		kobject_put(folder);
	return r;
}

/**
 * sysfs_stop - undo sysfs_start(); nobody reads the files any more
 */
void sysfs_stop(void)
{
	sysfs_remove_files(folder, files);
	kobject_put(folder);
}
