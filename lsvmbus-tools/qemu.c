// SPDX-License-Identifier: GPL-2.0
/*
 * qemu.c - the QEMU processes of a machine, and what their command lines ask for
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "qemu.h"
#include "text.h"

#define ARGS_MAX	(1 << 20)	/* bytes of a command line */

/* Is the program called qemu-system-..., qemu-kvm, or kvm, as distributions have it? */
static bool is_qemu(const char *program)
{
	const char *name = strrchr(program, '/');

	name = name ? name + 1 : program;
	return !strncmp(name, "qemu-system-", 12) || !strcmp(name, "qemu-kvm") || !strcmp(name, "kvm");
}

static int add(struct qemus *qemus, int pid, const char *args, size_t length)
{
	struct qemu *more = reallocarray(qemus->qemus, qemus->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	qemus->qemus = more;
	more += qemus->count;
	*more = (struct qemu){ .pid = pid, .args = malloc(length + 1), .length = length };
	if (!more->args)
		return -ENOMEM;
	memcpy(more->args, args, length);
	more->args[length] = '\0';
	qemus->count++;
	return 0;
}

/**
 * qemu_list() - find the QEMU processes
 * @qemus: filled in, also with an error; freed with qemu_free()
 * @root: the root; a process that ends meanwhile is passed over
 *
 * Return: 0 or -errno.
 */
int qemu_list(struct qemus *qemus, const struct sysroot *root)
{
	struct sysroot_names names;
	char *args = malloc(ARGS_MAX);
	size_t i;
	int error;

	*qemus = (struct qemus){ 0 };
	if (!args)
		return -ENOMEM;
	error = sysroot_list(root, &names, "proc");
	for (i = 0; !error && i < names.count; i++) {
		const char *name = names.names[i];
		ssize_t length;

		if (name[strspn(name, "0123456789")] || strlen(name) > 9)
			continue;
		length = sysroot_read(root, args, ARGS_MAX, "proc/%s/cmdline", name);
		if (length > 0 && is_qemu(args))
			error = add(qemus, atoi(name), args, length);
	}
	sysroot_names_free(&names);
	free(args);
	return error;
}

/**
 * qemu_free() - free what qemu_list() filled in
 * @qemus: the processes
 */
void qemu_free(struct qemus *qemus)
{
	while (qemus->count)
		free(qemus->qemus[--qemus->count].args);
	free(qemus->qemus);
	qemus->qemus = NULL;
}

/* The argument after @arg; NULL after the last. */
static const char *next(const struct qemu *qemu, const char *arg)
{
	arg += strlen(arg) + 1;
	return arg < qemu->args + qemu->length ? arg : NULL;
}

/* To QEMU -option and --option are the same, and so are -machine and -M. */
static bool is_option(const char *arg, const char *option)
{
	if (arg[0] != '-')
		return false;
	arg += 1 + (arg[1] == '-');
	return !strcmp(arg, option) || (!strcmp(arg, "M") && !strcmp(option, "machine"));
}

/**
 * qemu_has() - is an option given?
 * @qemu: the process
 * @option: its name, without dashes
 */
bool qemu_has(const struct qemu *qemu, const char *option)
{
	const char *arg;

	for (arg = qemu->args; arg; arg = next(qemu, arg))
		if (is_option(arg, option))
			return true;
	return false;
}

/* The value of an option that may be given more than once: the first, or that after @value. */
static const char *next_value(const struct qemu *qemu, const char *option, const char *value)
{
	const char *arg;

	for (arg = value ? value : qemu->args; arg; arg = next(qemu, arg))
		if (arg != value && is_option(arg, option))
			return next(qemu, arg);
	return NULL;
}

/**
 * qemu_option() - the value of an option
 * @qemu: the process
 * @option: its name, without dashes
 *
 * Return: the last value given, or NULL.
 */
const char *qemu_option(const struct qemu *qemu, const char *option)
{
	const char *value, *last = NULL;

	for (value = NULL; (value = next_value(qemu, option, value));)
		last = value;
	return last;
}

/* One of a list "NAME=VALUE,NAME,...": not ended with a NUL. @value: NULL without an '='. */
struct item {
	const char *name, *value;
	size_t name_length, value_length;
};

/* Takes the first off a list. A comma in it is doubled. */
static bool next_item(const char **list, struct item *item)
{
	const char *end;

	if (!*list || !**list)
		return false;
	for (end = *list; *end && (*end != ',' || end[1] == ','); end++)
		end += *end == ',';
	*item = (struct item){ .name = *list, .name_length = strcspn(*list, "=,") };
	if (item->name[item->name_length] == '=') {
		item->value = item->name + item->name_length + 1;
		item->value_length = end - item->value;
	} else {
		item->name_length = end - item->name;
	}
	*list = end + (*end == ',');
	return true;
}

static bool is_called(const struct item *item, const char *name)
{
	return strlen(name) == item->name_length && !strncmp(item->name, name, item->name_length);
}

/* The last NAME=VALUE in all lists that an option was given, as QEMU merges them; false if none. */
static bool find_item(const struct qemu *qemu, const char *option, const char *name, bool implied,
		      struct item *found)
{
	const char *value, *list;
	struct item item;

	*found = (struct item){ 0 };
	for (value = NULL; (value = next_value(qemu, option, value));) {
		for (list = value; next_item(&list, &item);) {
			/* Of some options the first value needs no name. */
			if (implied && item.name == value && !item.value)
				*found = (struct item){ .value = item.name,
							.value_length = item.name_length };
			else if (item.value && is_called(&item, name))
				*found = item;
		}
	}
	return found->value;
}

/**
 * qemu_name() - the name of a VM: -name NAME or -name guest=NAME
 * @qemu: the process
 *
 * Return: allocated text, or NULL if it has no name.
 */
char *qemu_name(const struct qemu *qemu)
{
	struct item item;
	char *name, *from, *to;

	if (!find_item(qemu, "name", "guest", true, &item) || !item.value_length)
		return NULL;
	name = text_format("%.*s", (int)item.value_length, item.value);
	for (from = to = name; *from; from++) {
		from += *from == ',';
		*to++ = *from;
	}
	*to = '\0';
	return name;
}

/**
 * qemu_uses_kvm() - does the VM run on KVM?
 * @qemu: the process
 *
 * Of several accelerators the first is tried first. Without any it is that of the program's name.
 */
bool qemu_uses_kvm(const struct qemu *qemu)
{
	const char *accel = next_value(qemu, "accel", NULL);
	const size_t length = strlen(qemu->args);
	struct item item;

	if (qemu_has(qemu, "enable-kvm"))
		return true;
	if (!accel && find_item(qemu, "machine", "accel", false, &item))
		accel = item.value;
	if (accel)
		return !strncmp(accel, "kvm", 3);
	return length >= 3 && !strcmp(qemu->args + length - 3, "kvm");
}

/**
 * qemu_vcpus() - how many vCPUs the VM has
 * @qemu: the process
 */
unsigned int qemu_vcpus(const struct qemu *qemu)
{
	unsigned long cpus = 0, max = 0, product = 1, number;
	const char *smp, *list;
	struct item item;

	for (smp = NULL; (smp = next_value(qemu, "smp", smp));) {
		for (list = smp; next_item(&list, &item);) {
			number = strtoul(item.value ? item.value : item.name, NULL, 10);
			if (!number || number > UINT16_MAX)
				continue;
			if (!item.value || is_called(&item, "cpus"))
				cpus = number;
			else if (is_called(&item, "maxcpus"))
				max = number;
			else if (product <= UINT16_MAX)	/* sockets, dies, cores, threads, ... */
				product *= number;
		}
	}
	return cpus ? cpus : max ? max : product;
}

/* Does @name begin with the first @length characters of @prefix, whose '-' stand for '_' too? */
static bool begins(const char *name, size_t name_length, const char *prefix, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (i == name_length || (name[i] == '_' ? '-' : name[i]) != prefix[i])
			return false;
	return true;
}

static bool is_off(const struct item *item)
{
	static const char *const off[] = { "off", "no", "false", "n" };
	size_t i;

	for (i = 0; item->value && i < sizeof(off) / sizeof(off[0]); i++)
		if (strlen(off[i]) == item->value_length &&
		    !strncmp(item->value, off[i], item->value_length))
			return true;
	return false;
}

/**
 * qemu_property() - is a property switched on in a list such as that of -cpu?
 * @list: "model,NAME,NAME=on,NAME=VALUE,+NAME,-NAME,..." or NULL
 * @name: of the property, with '-' where QEMU takes '_' too; "PREFIX*" is any that begins so
 *
 * Return: YES or NO as the last of the list has it, of a prefix YES if any of them is YES; UNKNOWN
 * if none is in it.
 */
enum answer qemu_property(const char *list, const char *name)
{
	const size_t length = strcspn(name, "*");
	enum answer answer = UNKNOWN;
	struct item item;
	bool sign;

	while (next_item(&list, &item)) {
		sign = *item.name == '-' || *item.name == '+';
		if (!begins(item.name + sign, item.name_length - sign, name, length) ||
		    (!name[length] && item.name_length - sign != length))
			continue;
		if (!name[length] || answer != YES)
			answer = answer_of(*item.name != '-' && !is_off(&item));
	}
	return answer;
}
