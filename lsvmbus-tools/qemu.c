// SPDX-License-Identifier: GPL-2.0
/*
 * qemu.c - the QEMU processes of a machine, and what their command lines ask for
 */
#include <err.h>
#include <errno.h>
#include <limits.h>
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

/* -option and --option are the same to QEMU. */
static bool is_option(const char *arg, const char *option)
{
	return arg[0] == '-' && !strcmp(arg + 1 + (arg[1] == '-'), option);
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

/**
 * qemu_option() - the value of an option
 * @qemu: the process
 * @option: its name, without dashes
 *
 * Return: the last value given, or NULL.
 */
const char *qemu_option(const struct qemu *qemu, const char *option)
{
	const char *arg, *value = NULL;

	for (arg = qemu->args; arg; arg = next(qemu, arg))
		if (is_option(arg, option) && next(qemu, arg))
			value = next(qemu, arg);
	return value;
}

/**
 * qemu_name() - what to call a VM: its -name, else "unnamed"
 * @qemu: the process
 *
 * Return: allocated text.
 */
char *qemu_name(const struct qemu *qemu)
{
	const char *name = qemu_option(qemu, "name");

	if (name && !strncmp(name, "guest=", 6))
		name += 6;
	if (!name || !*name || *name == ',')
		return text_format("unnamed");
	return text_format("%.*s", (int)strcspn(name, ","), name);
}

/**
 * qemu_uses_kvm() - does the VM run on KVM?
 * @qemu: the process
 */
bool qemu_uses_kvm(const struct qemu *qemu)
{
	const char *accel = qemu_option(qemu, "accel");
	const char *machine = qemu_option(qemu, "machine");

	if (!machine)
		machine = qemu_option(qemu, "M");
	if (qemu_has(qemu, "enable-kvm") || (accel && !strncmp(accel, "kvm", 3)))
		return true;
	return machine && strstr(machine, "accel=kvm");
}

/**
 * qemu_vcpus() - how many vCPUs the VM has
 * @qemu: the process
 */
unsigned int qemu_vcpus(const struct qemu *qemu)
{
	const char *smp = qemu_option(qemu, "smp");
	unsigned long count;

	if (!smp)
		return 1;
	if (!strncmp(smp, "cpus=", 5))
		smp += 5;
	count = strtoul(smp, NULL, 10);
	return count > 0 && count < UINT_MAX ? count : 1;
}

/* Compares the first @length characters of @text with @name; '_' is the same as '-'. */
static bool same_name(const char *text, size_t length, const char *name)
{
	size_t i;

	for (i = 0; i < length && name[i]; i++)
		if ((text[i] == '_' ? '-' : text[i]) != name[i])
			return false;
	return i == length && !name[i];
}

static bool is_off(const char *value, size_t length)
{
	static const char *const off[] = { "off", "no", "false", "n" };
	size_t i;

	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (strlen(off[i]) == length && !strncmp(value, off[i], length))
			return true;
	return false;
}

/**
 * qemu_property() - is a property switched on in a list such as that of -cpu?
 * @list: "model,NAME,NAME=on,NAME=VALUE,+NAME,-NAME,..." or NULL
 * @name: of the property, with '-' where QEMU takes '_' too
 *
 * Return: YES or NO as the last of the list has it; UNKNOWN if it is not in it.
 */
enum answer qemu_property(const char *list, const char *name)
{
	enum answer answer = UNKNOWN;
	size_t length, equals;

	for (; list && *list; list += length + (list[length] == ',')) {
		bool minus = *list == '-';

		length = strcspn(list, ",");
		equals = strcspn(list, "=,");
		if (minus || *list == '+') {
			if (same_name(list + 1, length - 1, name))
				answer = answer_of(!minus);
		} else if (same_name(list, equals, name)) {
			answer = answer_of(equals == length ||
					   !is_off(list + equals + 1, length - equals - 1));
		}
	}
	return answer;
}
