# SPDX-License-Identifier: GPL-2.0
# Reads hv_evmcs/kvm_private.h and writes a C file whose debug information holds everything that is
# declared there, used or not: three structs of pointers, to types, to functions and to variables.
# What this does not understand is an error, so that nothing goes unchecked.

function give_up() {
	print FILENAME ": cannot tell what this declares: " text >"/dev/stderr"
	failed = 1
}

# The name right before OPEN, the first of the brackets that end a declarator.
function name_before(open) {
	sub("[ \t]*" open ".*", "", text)
	sub(/.*[ \t*]/, "", text)
	return text
}

function declaration() {
	gsub(/[ \t\n]+/, " ", text)
	sub(/^ /, "", text)
	if (match(text, /^(struct|union|enum) [a-z0-9_]+ \{/)) {
		split(text, word, " ")
		types = types sprintf("\t%s %s *%s;\n", word[1], word[2], word[2])
	} else if (match(text, /^DECLARE_TRACE\(/)) {
		split(text, word, /[(,]/)
		functions = functions member("__traceiter_" word[2])
	} else if (match(text, /^DECLARE_STATIC_KEY_(FALSE|TRUE)\(/)) {
		split(text, word, /[()]/)
		variables = variables member(word[2])
	} else if (match(text, /^extern [^()]*$/)) {
		variables = variables member(name_before("(\\[.*)?$"))
	} else if (match(text, /^[a-z][a-z0-9_ *]* \**[a-z0-9_]+\(.*\)$/)) {
		functions = functions member(name_before("\\("))
	} else if (!match(text, /^(struct|union|enum) [a-z0-9_]+$|^static_assert\(/)) {
		give_up()
	}
	text = ""
}

function member(name) {
	return sprintf("\ttypeof(%s) *%s;\n", name, name)
}

{
	line = $0
	if (continued || line ~ /^#/) {
		continued = line ~ /\\$/
		next
	}
	source = source line "\n"
}

END {
	while (match(source, /\/\*([^*]|\*+[^*\/])*\*+\//))
		source = substr(source, 1, RSTART - 1) " " substr(source, RSTART + RLENGTH)
	for (i = 1; i <= length(source); i++) {
		c = substr(source, i, 1)
		depth += (c == "{") - (c == "}")
		if (c == ";" && !depth)
			declaration()
		else
			text = text c
	}
	if (text ~ /[^ \t\n]/)
		give_up()
	printf "#include \"kvm_private.h\"\n\n"
	printf "struct kvm_private_types {\n%s};\n\n", types
	printf "struct kvm_private_functions {\n%s};\n\n", functions
	printf "struct kvm_private_variables {\n%s};\n\n", variables
	print "struct kvm_private_types kvm_private_types;"
	print "struct kvm_private_functions kvm_private_functions;"
	print "struct kvm_private_variables kvm_private_variables;"
	exit failed
}
