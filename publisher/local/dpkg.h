/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "local/qualify.h"

/* What dpkg's folder (/var/lib/dpkg) says; it is only read. A file of more than 64 MiB is
 * SUTURE_ERROR_MALFORMED. */

G_BEGIN_DECLS

/* The file info/PACKAGE.@what of what is installed. *@text (the caller's) is NULL where there is none. */
gboolean suture_dpkg_read_info (
    const char *dpkg, const SutureUpgrade *upgrade, const char *what, char **text, GError **error);

/* The file @what of the fixed package's control part; the same. */
gboolean suture_dpkg_read_control (const SutureUpgrade *upgrade, const char *what, char **text, GError **error);

/* The lines of the file @name of dpkg's folder; none where there is no such file. The caller's. */
GStrv suture_dpkg_read_lines (const char *dpkg, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The configuration files that the installed package has: path → MD5, in hex. The caller's; empty for none. */
GHashTable *suture_dpkg_read_conffiles (
    const char *dpkg, const SutureUpgrade *upgrade, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The version of the source package that the installed package was made from, as a changelog has it; the caller's. */
char *suture_dpkg_read_source_version (
    const char *dpkg, const SutureUpgrade *upgrade, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the text of a list like info/PACKAGE.md5sums has: path → MD5, of "MD5  PATH" a line; NULL is none. The caller's. */
GHashTable *suture_dpkg_parse_sums (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* @path as it is called where /bin, /sbin and /lib are links to below /usr; the caller's. */
char *suture_dpkg_merge_path (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @path is @folder or lies below it. */
gboolean suture_dpkg_is_below (const char *path, const char *folder);

G_END_DECLS
