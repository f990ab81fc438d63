/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An option ROM for Bochs's BIOS that starts L0: it reads an unpacked kernel and an initramfs from
 * the first disk and enters the kernel by its PVH entry (Linux include/xen/interface/hvm/start_info.h).
 * That spares the emulator a boot loader, the kernel's decompression and the BIOS's boot menu, which the
 * BIOS comes to after the ROMs.
 *
 * boot.inc comes from the builder: ROM_BASE, KERNEL_ENTRY; for KERNEL and INITRD each _ADDRESS, _SECTOR
 * (first sector on the disk) and _SECTORS; INITRD_SIZE in bytes; and the macro command_line.
 */
	.include "boot.inc"

	/* Low memory, free as long as the BIOS has not booted anything. */
	.set	INFO, 0x4000
	.set	MEMORY_MAP, 0x5000
	.set	STACK, 0x7c00

	.set	ATA, 0x1f0
	.set	ATA_BUSY, 0x80
	.set	ATA_READY, 0x08

	.set	CODE, 0x08
	.set	DATA, 0x10

	.code16
rom:
	.byte	0x55, 0xaa
	.byte	(rom_end - rom) / 512
	/* Called by the BIOS with CS = ROM_BASE / 16; PCI, ACPI and the vectors are set up. */
	cli
	cld
	mov	%cs, %ax
	mov	%ax, %ds
	xor	%ax, %ax
	mov	%ax, %es

	/* The memory map: an E820 entry is a struct hvm_memmap_table_entry without its last word. */
	xor	%ebx, %ebx
	xor	%ebp, %ebp
	mov	$MEMORY_MAP, %di
1:	mov	$0xe820, %eax
	mov	$20, %ecx
	mov	$0x534d4150, %edx
	int	$0x15
	jc	2f
	movl	$0, %es:20(%di)
	add	$24, %di
	inc	%ebp
	test	%ebx, %ebx
	jnz	1b
2:	cli
	in	$0x92, %al
	or	$2, %al
	out	%al, $0x92
	lgdtl	gdt_pointer - rom
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$CODE, $protected

	.code32
protected:
	mov	$DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$STACK, %esp

	mov	$KERNEL_ADDRESS, %edi
	mov	$KERNEL_SECTOR, %ebx
	mov	$KERNEL_SECTORS, %ecx
	call	read_disk
	mov	$INITRD_ADDRESS, %edi
	mov	$INITRD_SECTOR, %ebx
	mov	$INITRD_SECTORS, %ecx
	call	read_disk

	mov	$INFO, %edi
	mov	$info, %esi
	mov	$info_end - info, %ecx
	rep movsb
	mov	%ebp, INFO + memory_map_entries - info
	mov	$INFO, %ebx
	mov	$KERNEL_ENTRY, %eax
	jmp	*%eax

/* read_disk: %ecx sectors from sector %ebx on to %edi. */
read_disk:
1:	jecxz	9f
	push	%ecx
	cmp	$256, %ecx
	jbe	2f
	mov	$256, %ecx
2:	mov	$ATA + 7, %edx
3:	in	%dx, %al
	test	$ATA_BUSY, %al
	jnz	3b
	mov	%ebx, %eax
	shr	$24, %eax
	or	$0xe0, %al
	mov	$ATA + 6, %edx
	out	%al, %dx
	mov	$ATA + 2, %edx
	mov	%cl, %al
	out	%al, %dx
	mov	%ebx, %eax
	inc	%edx
	out	%al, %dx
	shr	$8, %eax
	inc	%edx
	out	%al, %dx
	shr	$8, %eax
	inc	%edx
	out	%al, %dx
	mov	$0x20, %al
	mov	$ATA + 7, %edx
	out	%al, %dx
	mov	%ecx, %esi
4:	mov	$ATA + 7, %edx
5:	in	%dx, %al
	and	$ATA_BUSY | ATA_READY, %al
	cmp	$ATA_READY, %al
	jne	5b
	mov	$ATA, %edx
	push	%ecx
	mov	$128, %ecx
	rep insl
	pop	%ecx
	inc	%ebx
	dec	%esi
	jnz	4b
	pop	%eax
	sub	%ecx, %eax
	mov	%eax, %ecx
	jmp	1b
9:	ret

	.align	8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

/* struct hvm_start_info, version 1, and the one module behind it. */
info:
	.long	0x336ec578, 1, 0, 1
	.long	INFO + module - info, 0, text, 0, 0, 0, MEMORY_MAP, 0
memory_map_entries:
	.long	0, 0
module:
	.long	INITRD_ADDRESS, 0, INITRD_SIZE, 0, 0, 0, 0, 0
info_end:

text:
	command_line

	/* The builder sets the last byte so that the sum of all is 0. */
	.byte	0
	.balign	512, 0
rom_end:
