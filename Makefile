# SPDX-License-Identifier: GPL-2.0
#
# make            builds the modules; the last lines name the .ko files
# make TEST=1     the test build: with checkers, and knobs that break the modules on purpose
# make install    puts the modules where modprobe finds them (INSTALL_MOD_PATH: below that folder)
# make bench      builds bench/hvbench
# make tools      builds lsvmbus-tools/
# make clean      removes what these built
#
# KDIR=DIR        build files of the kernel to build for. Default: the running kernel's headers
#                 if that kernel is supported, else the newest supported headers installed.
# KVM_KO=FILE VMLINUX=FILE
#                 that kernel's own files, if it is new to us and not installed here
#                 (Documentation/private-types.rst)
# W=1 C=2 V=1     as in the kernel: more warnings, sparse, show the commands

# The one place that holds the version; other Makefiles read it from here.
VERSION = 0.1

# FOLDERS hold one module each; MODULES are these modules, FOLDER/NAME.
include Kbuild
FOLDERS := $(obj-m:/=)
MODULES := $(foreach folder,$(FOLDERS),$(addprefix $(folder)/,$(shell \
	sed -n 's/^obj-m := \(.*\)\.o$$/\1/p' $(folder)/Kbuild)))

# The supported range is stated once, in hv_evmcs/compat.h: a kernel is supported if that compiles.
define kdir_functions
	supported() { \
		cpp -nostdinc -I "$$1/include/generated/uapi" \
			-include "$$1/include/generated/autoconf.h" hv_evmcs/compat.h; \
	}; \
	installed() { \
		for dir in /usr/src/linux-headers-* /lib/modules/*/build; do \
			sed "s:$$: $$dir:" "$$dir/include/config/kernel.release"; \
		done 2>/dev/null | sort -rV | cut -d ' ' -f 2; \
	};
endef

ifneq ($(filter-out bench tools clean list,$(or $(MAKECMDGOALS),modules)),)
override KDIR := $(or $(KDIR),$(shell $(kdir_functions) \
	for dir in "/lib/modules/$$(uname -r)/build" $$(installed); do \
		! supported "$$dir" >/dev/null 2>&1 || { echo "$$dir"; break; }; \
	done))
ifeq ($(KDIR),)
$(error no headers of a supported kernel are installed ($(shell \
	sed -n 's/^#error "\(.*supports.*\)"/\1/p' hv_evmcs/compat.h)); run: \
	apt-get install $(shell grep '^linux-headers' packages.list))
endif
RELEASE := $(shell cat '$(KDIR)/include/config/kernel.release' 2>/dev/null)
ifeq ($(RELEASE),)
$(error KDIR=$(KDIR) holds no build files of a kernel)
endif
ifneq ($(shell $(kdir_functions) supported '$(KDIR)' >/dev/null 2>&1 || echo no),)
$(error $(RELEASE) is not supported: $(shell $(kdir_functions) supported '$(KDIR)' 2>&1 | \
	sed -n 's/.*#error "\(.*\)"/\1/p' | head -n 1))
endif
endif

# kbuild writes next to the sources. Each kernel and kind of build gets a tree of its own, of
# links to the sources, so that builds neither disturb nor wait for one another.
TREE = $(CURDIR)/build/modules/$(RELEASE)$(if $(TEST),-test)

modules:
	@echo "Building for $(RELEASE) ($(KDIR))"
	@mkdir -p $(patsubst %,$(TREE)/%,include $(FOLDERS))
	+@exec 9>$(TREE)/.lock && flock 9 && \
	find $(TREE) -type l -delete && \
	for source in Kbuild $(FOLDERS:=/Kbuild) $(wildcard include/*.h) \
		      $(filter-out %.mod.c,$(wildcard $(FOLDERS:=/*.[chS]))); do \
		ln -sr $$source $(TREE)/$$source || exit; \
	done && \
	sh tests/abi/gate.sh $(KDIR) $(TREE) && \
	$(MAKE) --no-print-directory -C $(KDIR) M=$(TREE) modules && \
	for module in $(MODULES); do \
		cp -pu $(TREE)/$$module.ko $(TREE)/ || exit; \
	done
	@printf '%s\n' $(patsubst %,$(TREE:$(CURDIR)/%=%)/%.ko,$(notdir $(MODULES)))

install: modules
	$(MAKE) --no-print-directory -C $(KDIR) M=$(TREE) modules_install

# For scripts.
kdir:
	@echo $(KDIR)

list:
	@printf '%s\n' $(MODULES)

bench:
	$(MAKE) -C bench

tools:
	$(MAKE) -C lsvmbus-tools

clean:
	rm -rf build/modules build/tests
	$(MAKE) -C bench clean
	$(MAKE) -C lsvmbus-tools clean

.PHONY: modules install kdir list bench tools clean
.DEFAULT_GOAL := modules
