// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/hv_clock; see folder.h.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "folder.h"
#include "service.h"
#include "watch.h"

#define PPM		1000	/* in ppb */

/* A measurement and its floor; @unit of what they are in make one of what is shown. */
static ssize_t emit_bracket(char *buf, struct bracket b, unsigned int unit)
{
	u64 size, floor;
	s64 middle;

	if (!bracket_known(b))
		return sysfs_emit(buf, "unknown\n");
	middle = bracket_middle(b);
	floor = bracket_floor(b);
	if (unit == 1)
		return sysfs_emit(buf, "%lld %llu\n", middle, floor);
	size = abs(middle);
	return sysfs_emit(buf, "%s%llu.%03llu %llu.%03llu\n", middle < 0 ? "-" : "", size / unit,
			  size % unit, floor / unit, floor % unit);
}

#define SHOW(name, emit)								\
static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)	\
{											\
	const struct service *held = service_hold();					\
	ssize_t n = emit;								\
											\
	service_release();								\
	return n;									\
}											\
static struct kobj_attribute name = __ATTR_RO(name)

SHOW(state, sysfs_emit(buf, "%s\n", service_state(held)));
SHOW(sequence, sysfs_emit(buf, "%u\n", held->check.page.sequence));
SHOW(scale, sysfs_emit(buf, "%llu\n", held->check.page.scale));
SHOW(offset, sysfs_emit(buf, "%lld\n", held->check.page.offset));
SHOW(ahead, emit_bracket(buf, held->check.ahead, 1));
SHOW(drift_ppm, emit_bracket(buf, held->check.drift_ppb, PPM));
SHOW(checks, sysfs_emit(buf, "%llu\n", held->verdict.checks));
SHOW(checks_failed, sysfs_emit(buf, "%llu\n", held->verdict.failures));
SHOW(checks_void, sysfs_emit(buf, "%llu\n", held->verdict.voided));
SHOW(fallbacks, sysfs_emit(buf, "%llu\n", held->verdict.fallbacks));
SHOW(exposed_ns, sysfs_emit(buf, "%llu\n", held->exposed_ns));
SHOW(exposed_for_ns, sysfs_emit(buf, "%llu\n", held->exposed_for_ns));

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	char reason[SERVICE_REASON_SIZE];

	service_reason(service_hold(), reason, sizeof(reason));
	service_release();
	return sysfs_emit(buf, "%s\n", reason);
}

static struct kobj_attribute reason = __ATTR_RO(reason);

struct knob {
	struct kobj_attribute attribute;
	unsigned int *value, least, most;
};

static ssize_t knob_show(struct kobject *kobj, struct kobj_attribute *attribute, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(*container_of(attribute, struct knob, attribute)->value));
}

/* A new value holds from the check on that it causes. */
static ssize_t knob_store(struct kobject *kobj, struct kobj_attribute *attribute, const char *buf,
			  size_t count)
{
	struct knob *knob = container_of(attribute, struct knob, attribute);
	unsigned int value;
	int r = kstrtouint(buf, 0, &value);

	if (r)
		return r;
	if (value < knob->least || value > knob->most)
		return -ERANGE;
	WRITE_ONCE(*knob->value, value);
	watch_now();
	return count;
}

static struct knob check_period_ms = {
	__ATTR(check_period_ms, 0644, knob_show, knob_store), &watch_period_ms, 10, 3600000
};

static struct knob skew_bound_ns = {
	__ATTR(skew_bound_ns, 0644, knob_show, knob_store), &watch_skew_bound_ns, 0, INT_MAX
};

static const struct attribute *const attributes[] = {
	&state.attr, &reason.attr, &sequence.attr, &scale.attr, &offset.attr,
	&ahead.attr, &drift_ppm.attr,
	&checks.attr, &checks_failed.attr, &checks_void.attr, &fallbacks.attr,
	&exposed_ns.attr, &exposed_for_ns.attr,
	&check_period_ms.attribute.attr, &skew_bound_ns.attribute.attr,
	NULL
};

/* One file for each CPU there may be: a line for each would not fit into one file. */
struct skew_file {
	struct kobj_attribute attribute;
	unsigned int cpu;
	char name[16];
};

static struct kobject *kobject;
static struct skew_file *skew_files;
static struct attribute **skew_attributes;
static struct attribute_group skew_group = { .name = "skew" };

static ssize_t skew_show(struct kobject *kobj, struct kobj_attribute *attribute, char *buf)
{
	struct skew_file *file = container_of(attribute, struct skew_file, attribute);
	struct bracket skew = service_hold()->check.skew_ns[file->cpu];

	service_release();
	return emit_bracket(buf, skew, 1);
}

static int make_skew_group(void)
{
	unsigned int cpu, n = 0;

	skew_files = kcalloc(nr_cpu_ids, sizeof(*skew_files), GFP_KERNEL);
	skew_attributes = kcalloc(nr_cpu_ids + 1, sizeof(*skew_attributes), GFP_KERNEL);
	if (!skew_files || !skew_attributes)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct skew_file *file = &skew_files[cpu];

		snprintf(file->name, sizeof(file->name), "cpu%u", cpu);
		file->cpu = cpu;
		sysfs_attr_init(&file->attribute.attr);
		file->attribute.attr.name = file->name;
		file->attribute.attr.mode = 0444;
		file->attribute.show = skew_show;
		skew_attributes[n++] = &file->attribute.attr;
	}
	skew_group.attrs = skew_attributes;
	return sysfs_create_group(kobject, &skew_group);
}

/**
 * folder_init() - makes the folder
 *
 * The state that it shows is set up.
 *
 * Return: 0 or a negative errno
 */
int folder_init(void)
{
	int r;

	kobject = kobject_create_and_add("hv_clock", kernel_kobj);
	if (!kobject)
		return -ENOMEM;
	r = sysfs_create_files(kobject, attributes);
	if (!r)
		r = make_skew_group();
	if (r)
		folder_exit();
	return r;
}

/**
 * folder_exit() - removes it; no reader is left
 */
void folder_exit(void)
{
	kobject_put(kobject);
	kfree(skew_attributes);
	kfree(skew_files);
}
