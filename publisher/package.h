/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A Debian package file, read with Debian's own dpkg-deb. */

G_BEGIN_DECLS

typedef struct
{
  char *path;           /* (owned), as all strings here */
  char *name;           /* Package */
  char *version;        /* Version */
  char *source;         /* the source package's name */
  char *source_version; /* and its version: that of a changelog */
  char *architecture;   /* Debian's name of it */
  char *depends;        /* Pre-Depends and Depends, one after the other; "" for none */
  GHashTable *scripts;  /* those of suture_package_scripts that it has → GBytes (owned) */
} SuturePackage;

/* What dpkg would run, by name; NULL at the end. */
extern const char *const suture_package_scripts[];

/* Reads the package file at @path, by way of a folder that is made below @work and gone afterwards. */
SuturePackage *suture_package_open (const char *path, const char *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of the installed package that dpkg calls @called, without scripts and file (@path is NULL): what dpkg-query(1) says of it. */
SuturePackage *suture_package_open_installed (const char *called, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_package_free (SuturePackage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePackage, suture_package_free)

/* Unpacks it below the folder @work, on its own, and merges it into the tree @tree of the same file system (tree.h). */
gboolean suture_package_unpack (const SuturePackage *self, const char *work, const char *tree, GError **error);

/* systemd's name of the package's architecture (systemd.unit(5)); NULL for "all" and for what has none. */
const char *suture_package_systemd_architecture (const SuturePackage *self);
/* The same of Debian's name of an architecture. */
const char *suture_package_systemd_name (const char *architecture);

/* The packages that it needs in exactly one version, name → version; the caller's. */
GHashTable *suture_package_get_exact (const SuturePackage *self) G_GNUC_WARN_UNUSED_RESULT;

/* Adds "NAME VERSION" to what people read of packages that belong together, with a comma behind what is there. */
void suture_package_append_label (GString *label, const char *name, const char *version);

/* Whether the version @version is newer than @other, as dpkg sees it. */
gboolean suture_package_is_later (const char *version, const char *other, gboolean *later, GError **error);

/* The same of two packages. */
gboolean suture_package_is_newer (
    const SuturePackage *self, const SuturePackage *other, gboolean *newer, GError **error);

G_END_DECLS
