# What a firmware and a kernel do first, in little: protected mode, the FPU, CPUID, paging,
# long mode and SSE, and then an exit through QEMU's isa-debug-exit with status (0x10 << 1) | 1.
#
# A broken KVM runs single real-mode instructions well enough and stops with "emulation failure"
# at the first FPU instruction of the firmware, so less than this would not find it out.
#
# The tail of a 64 KiB ROM that ends at 4 GiB. To assemble:
#   as --64 -o p.o probe-x86_64.S && ld -Ttext 0xffffff00 --oformat binary -o probe-x86_64.bin p.o
    .text
    .code16
start:
    cli
    lgdtl   %cs:(gdt_pointer - start + 0xff00)
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $0x08, $protected

    .code32
protected:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    $0x8000, %esp
    finit
    movl    $0x037f, -4(%esp)
    fldcw   -4(%esp)
    xorl    %eax, %eax
    cpuid
    # Identity-mapped first and last GiB below 4 GiB: PML4 at 0x1000, PDPT at 0x2000, PD at 0x3000.
    movl    $0x2003, 0x1000
    movl    $0x3003, 0x2000
    movl    $0x3003, 0x2018
    movl    $0x83, 0x3000
    movl    $0xffe00083, 0x3ff8
    movl    %cr4, %eax
    orl     $0x620, %eax            # PAE, OSFXSR, OSXMMEXCPT
    movl    %eax, %cr4
    movl    $0x1000, %eax
    movl    %eax, %cr3
    movl    $0xc0000080, %ecx       # EFER.LME
    rdmsr
    orl     $0x100, %eax
    wrmsr
    movl    %cr0, %eax
    andl    $0xfffffffb, %eax       # no FPU emulation
    orl     $0x80000002, %eax       # paging, monitor coprocessor
    movl    %eax, %cr0
    ljmpl   $0x18, $long

    .code64
long:
    pxor    %xmm0, %xmm0
    movdqu  %xmm0, -32(%rsp)
    rdtsc
    movb    $0x10, %al
    outb    %al, $0xf4
1:  hlt
    jmp     1b

    .balign 8
gdt:
    .quad   0
    .quad   0x00cf9b000000ffff      # 0x08: 32-bit code
    .quad   0x00cf93000000ffff      # 0x10: data
    .quad   0x00af9b000000ffff      # 0x18: 64-bit code
gdt_pointer:
    .word   . - gdt - 1
    .long   gdt

    .org    0xf0
    .code16
reset:
    .byte   0xe9                    # jmp start; the distance by hand, as the assembler would relax it
    .word   start - . - 2
    .org    0x100
