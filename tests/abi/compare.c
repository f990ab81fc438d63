// SPDX-License-Identifier: GPL-2.0
/*
 * compare PROBE VMLINUX KVM - is what kvm_private.h declares what kvm.ko was built from?
 *
 * PROBE is the object file made by probe.awk, with BTF of its own. VMLINUX and KVM are the kernel
 * and its kvm.ko, as ELF files or as found under /sys/kernel/btf. Every difference is printed and
 * is a failure.
 *
 * Types are compared as the compiler lays them out: typedefs and qualifiers are seen through,
 * structs are followed as long as they are embedded, and behind a pointer a struct is its name.
 * BTF holds no variables of a module but per-CPU ones; for these the size of the symbol is compared.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

static struct btf *ours, *theirs;
static unsigned int theirs_first;	/* ids below are the kernel's, not kvm.ko's */
static Elf *kvm_elf;			/* NULL if there are no symbols */
static unsigned int differences;

__attribute__((format(printf, 1, 2)))
static void differ(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	differences++;
}

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "compare: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(2);
}

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	return btf__name_by_offset(btf, t->name_off);
}

/* The type behind typedefs and qualifiers. */
static const struct btf_type *plain(const struct btf *btf, unsigned int id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static const char *kind_name(const struct btf_type *t)
{
	static const char *const names[] = {
		[BTF_KIND_UNKN] = "void", [BTF_KIND_INT] = "integer", [BTF_KIND_PTR] = "pointer",
		[BTF_KIND_ARRAY] = "array", [BTF_KIND_STRUCT] = "struct", [BTF_KIND_UNION] = "union",
		[BTF_KIND_ENUM] = "enum", [BTF_KIND_ENUM64] = "enum",
		[BTF_KIND_FUNC_PROTO] = "function",
	};
	unsigned int kind = btf_kind(t);

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] : "other type";
}

/* Where a struct is only named (FWD), what it is a struct of counts. */
static unsigned int kind_of(const struct btf_type *t)
{
	if (btf_is_fwd(t))
		return btf_kflag(t) ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	return btf_is_enum64(t) ? BTF_KIND_ENUM : btf_kind(t);
}

static bool compare(const char *path, unsigned int our_id, unsigned int their_id, bool by_name);

static bool compare_int(const char *path, const struct btf_type *a, const struct btf_type *b)
{
	if (a->size == b->size && btf_int_encoding(a) == btf_int_encoding(b))
		return true;
	differ("%s: %s of %u bytes here, %s of %u bytes in kvm.ko", path, name_of(ours, a),
	       a->size, name_of(theirs, b), b->size);
	return false;
}

static bool compare_array(const char *path, const struct btf_type *a, const struct btf_type *b,
			  bool by_name)
{
	const struct btf_array *x = btf_array(a), *y = btf_array(b);

	if (x->nelems != y->nelems) {
		differ("%s: array of %u here, of %u in kvm.ko", path, x->nelems, y->nelems);
		return false;
	}
	return compare(path, x->type, y->type, by_name);
}

static long long enum_value(const struct btf_type *t, unsigned int i, const struct btf *btf,
			    const char **name)
{
	if (btf_is_enum64(t)) {
		*name = btf__name_by_offset(btf, btf_enum64(t)[i].name_off);
		return btf_enum64_value(&btf_enum64(t)[i]);
	}
	*name = btf__name_by_offset(btf, btf_enum(t)[i].name_off);
	return btf_enum(t)[i].val;
}

/* Constants that we do not declare do not matter. */
static bool compare_enum(const char *path, const struct btf_type *a, const struct btf_type *b)
{
	unsigned int before = differences, i, j;
	const char *x, *y;

	if (a->size != b->size)
		differ("%s: %u bytes here, %u bytes in kvm.ko", path, a->size, b->size);
	for (i = 0; i < btf_vlen(a); i++) {
		long long value = enum_value(a, i, ours, &x);

		for (j = 0; j < btf_vlen(b); j++) {
			long long theirs_is = enum_value(b, j, theirs, &y);

			if (strcmp(x, y))
				continue;
			if (value != theirs_is)
				differ("%s: %s is %lld here, %lld in kvm.ko", path, x, value,
				       theirs_is);
			break;
		}
		if (j == btf_vlen(b))
			differ("%s: kvm.ko has no %s", path, x);
	}
	return differences == before;
}

static bool compare_member(const char *path, const struct btf_type *a, const struct btf_type *b,
			   unsigned int i)
{
	const struct btf_member *x = &btf_members(a)[i], *y = &btf_members(b)[i];
	const char *our_name = btf__name_by_offset(ours, x->name_off);
	const char *their_name = btf__name_by_offset(theirs, y->name_off);
	unsigned int our_offset = btf_member_bit_offset(a, i);
	unsigned int their_offset = btf_member_bit_offset(b, i);
	unsigned int our_bits = btf_member_bitfield_size(a, i);
	unsigned int their_bits = btf_member_bitfield_size(b, i);
	char member[512];

	if (strcmp(our_name, their_name)) {
		differ("%s: field %u is %s here, %s in kvm.ko", path, i, our_name, their_name);
		return false;
	}
	snprintf(member, sizeof(member), "%s.%s", path, *our_name ? our_name : "(unnamed)");
	if (our_offset != their_offset || our_bits != their_bits) {
		differ("%s: bit %u, width %u here, bit %u, width %u in kvm.ko (width 0: no bit field)",
		       member, our_offset, our_bits, their_offset, their_bits);
		return false;
	}
	return compare(member, x->type, y->type, false);
}

static bool compare_struct(const char *path, const struct btf_type *a, const struct btf_type *b)
{
	unsigned int before = differences, i;

	for (i = 0; i < btf_vlen(a) && i < btf_vlen(b); i++)
		if (!compare_member(path, a, b, i))
			return false;	/* the fields behind it only follow */
	if (btf_vlen(a) > i)
		differ("%s: kvm.ko has no field %s", path,
		       btf__name_by_offset(ours, btf_members(a)[i].name_off));
	else if (btf_vlen(b) > i)
		differ("%s: kvm.ko has a field %s more", path,
		       btf__name_by_offset(theirs, btf_members(b)[i].name_off));
	else if (a->size != b->size)
		differ("%s: %u bytes here, %u bytes in kvm.ko", path, a->size, b->size);
	return differences == before;
}

static bool compare_function(const char *path, const struct btf_type *a, const struct btf_type *b)
{
	const struct btf_param *x = btf_params(a), *y = btf_params(b);
	unsigned int i;
	char param[512];

	if (btf_vlen(a) != btf_vlen(b)) {
		differ("%s: %u parameters here, %u in kvm.ko", path, btf_vlen(a), btf_vlen(b));
		return false;
	}
	snprintf(param, sizeof(param), "%s, return value", path);
	if (!compare(param, a->type, b->type, true))
		return false;
	for (i = 0; i < btf_vlen(a); i++) {
		snprintf(param, sizeof(param), "%s, parameter %u", path, i + 1);
		if (!compare(param, x[i].type, y[i].type, true))
			return false;
	}
	return true;
}

/* @by_name: what has a tag is compared by it, and not followed */
static bool compare(const char *path, unsigned int our_id, unsigned int their_id, bool by_name)
{
	const struct btf_type *a = plain(ours, our_id), *b = plain(theirs, their_id);
	unsigned int kind = kind_of(a);
	bool tagged = kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM;

	if (kind != kind_of(b) || (tagged && strcmp(name_of(ours, a), name_of(theirs, b)))) {
		differ("%s: %s %s here, %s %s in kvm.ko", path, kind_name(a), name_of(ours, a),
		       kind_name(b), name_of(theirs, b));
		return false;
	}
	if (tagged && by_name && *name_of(ours, a))
		return true;
	switch (kind) {
	case BTF_KIND_UNKN:
		return true;
	case BTF_KIND_INT:
		return compare_int(path, a, b);
	case BTF_KIND_PTR:
		return compare(path, a->type, b->type, true);
	case BTF_KIND_ARRAY:
		return compare_array(path, a, b, by_name);
	case BTF_KIND_ENUM:
		return compare_enum(path, a, b);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return compare_struct(path, a, b);
	case BTF_KIND_FUNC_PROTO:
		return compare_function(path, a, b);
	default:
		differ("%s: a kind of type (%u) that this program does not know", path, kind);
		return false;
	}
}

/*
 * The next type of kvm.ko, after id @from, with that kind and name; 0 if there is none. What is
 * found only in the kernel's own BTF was merged with an equal type there.
 */
static unsigned int find_next(unsigned int from, unsigned int kind, const char *name)
{
	unsigned int id, count = btf__type_cnt(theirs);

	for (id = from + 1; id < count; id++) {
		const struct btf_type *t = btf__type_by_id(theirs, id);

		if (btf_kind(t) == kind && !strcmp(name_of(theirs, t), name))
			return id;
	}
	return 0;
}

static unsigned int find_first(unsigned int kind, const char *name)
{
	return find_next(theirs_first - 1, kind, name) ?: find_next(0, kind, name);
}

/* What member @i of @list points to. */
static unsigned int listed(const struct btf_type *list, unsigned int i)
{
	return btf__type_by_id(ours, btf_members(list)[i].type)->type;
}

static void check_type(const char *name, unsigned int our_id)
{
	const struct btf_type *t = btf__type_by_id(ours, our_id);
	unsigned int id = find_first(btf_kind(t), name);
	char path[256];

	snprintf(path, sizeof(path), "%s %s", kind_name(t), name);
	if (!id)
		differ("%s: not in kvm.ko", path);
	/* Two source files may disagree about a name: then it is ambiguous which one we mean. */
	for (; id; id = find_next(id, btf_kind(t), name))
		compare(path, our_id, id, false);
}

static void check_function(const char *name, unsigned int our_id)
{
	unsigned int id = find_first(BTF_KIND_FUNC, name);
	char path[256];

	snprintf(path, sizeof(path), "%s()", name);
	if (!id)
		differ("%s: not in kvm.ko", path);
	for (; id; id = find_next(id, BTF_KIND_FUNC, name))
		compare(path, our_id, btf__type_by_id(theirs, id)->type, false);
}

static bool find_symbol(const char *name, GElf_Sym *symbol)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t i;

	while ((section = elf_nextscn(kvm_elf, section))) {
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (i = 0; gelf_getsym(data, i, symbol); i++) {
			const char *s = elf_strptr(kvm_elf, header.sh_link, symbol->st_name);

			if (s && !strcmp(s, name) && symbol->st_shndx != SHN_UNDEF)
				return true;
		}
	}
	return false;
}

static void check_variable(const char *name, unsigned int our_id)
{
	const struct btf_type *t = plain(ours, our_id);
	bool open_array = btf_is_array(t) && !btf_array(t)->nelems;
	__s64 resolved = btf__resolve_size(ours, open_array ? btf_array(t)->type : our_id);
	unsigned long long size = resolved > 0 ? resolved : 0, theirs_is;
	GElf_Sym symbol;

	if (!kvm_elf)
		return;
	if (!find_symbol(name, &symbol)) {
		differ("variable %s: not in kvm.ko", name);
		return;
	}
	theirs_is = symbol.st_size;
	if (!size || (open_array ? theirs_is % size : theirs_is != size))
		differ("variable %s: %llu bytes%s here, %llu bytes in kvm.ko", name, size,
		       open_array ? " an element" : "", theirs_is);
}

static unsigned int check_list(const char *name, void (*check)(const char *, unsigned int))
{
	int id = btf__find_by_name_kind(ours, name, BTF_KIND_STRUCT);
	const struct btf_type *list;
	unsigned int i;

	if (id < 0)
		die("the probe has no struct %s", name);
	list = btf__type_by_id(ours, id);
	if (!btf_vlen(list))
		die("the probe's struct %s is empty", name);
	for (i = 0; i < btf_vlen(list); i++)
		check(btf__name_by_offset(ours, btf_members(list)[i].name_off), listed(list, i));
	return btf_vlen(list);
}

static struct btf *load(const char *path, struct btf *base)
{
	struct btf *btf = base ? btf__parse_split(path, base) : btf__parse(path, NULL);

	if (!btf)
		die("no BTF in %s: %s", path, strerror(errno));
	return btf;
}

int main(int argc, char **argv)
{
	struct btf *vmlinux;
	unsigned int types, functions, variables;
	int fd;

	if (argc != 4)
		die("usage: compare PROBE VMLINUX KVM");
	libbpf_set_print(NULL);
	ours = load(argv[1], NULL);
	vmlinux = load(argv[2], NULL);
	theirs = load(argv[3], vmlinux);
	theirs_first = btf__type_cnt(vmlinux);

	elf_version(EV_CURRENT);
	fd = open(argv[3], O_RDONLY);
	if (fd < 0)
		die("%s: %s", argv[3], strerror(errno));
	kvm_elf = elf_begin(fd, ELF_C_READ, NULL);
	if (kvm_elf && elf_kind(kvm_elf) != ELF_K_ELF)
		kvm_elf = NULL;

	types = check_list("kvm_private_types", check_type);
	functions = check_list("kvm_private_functions", check_function);
	variables = check_list("kvm_private_variables", check_variable);
	if (!differences)
		printf("%u types, %u functions, %u variables%s\n", types, functions, variables,
		       kvm_elf ? "" : " (those not compared: no symbols)");
	return !!differences;
}
