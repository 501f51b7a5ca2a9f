/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the dynamic loader knows of a program or library (elf(5), ld.so(8)), read with libelf. Files are not trusted: what
 * is read of one is bounded, and nothing of it is run. */

G_BEGIN_DECLS

#define SUTURE_BINARY_NAMES_MAX (64 * 1024 * 1024) /* bytes of names in one file; 100 times what libLLVM has */

typedef struct
{
  guint machine;        /* e_machine: EM_X86_64 … of <elf.h> */
  gboolean is_library;  /* it has a SONAME */
  char *soname;         /* DT_SONAME, or NULL (owned) */
  GPtrArray *needed;    /* DT_NEEDED: char *, in order (owned) */
  GHashTable *symbols;  /* a set of what others can use: "name@VERSION", or "name" without a version (owned) */
  GHashTable *plain;    /* the same without versions (owned) */
  GHashTable *versions; /* a set of the versions it defines, .gnu.version_d, but for its own name (owned) */
} SutureBinary;

/* Reads the regular file @fd. *@elf is NULL where it is no ELF file at all, or one that is not dynamically linked.
 * SUTURE_ERROR_MALFORMED for an ELF file that is broken or has more names than SUTURE_BINARY_NAMES_MAX. */
gboolean suture_binary_read (int fd, SutureBinary **elf, GError **error);
void suture_binary_free (SutureBinary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureBinary, suture_binary_free)

/* systemd's name of the architecture @machine (systemd.unit(5), ConditionArchitecture=); static, NULL for an unknown one. */
const char *suture_binary_architecture (guint machine);

G_END_DECLS
