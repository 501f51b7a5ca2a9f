/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "package.h"

/* What an improvement says about itself: from a notes file, from a package's own changelog, or both. Nothing is guessed:
 * what neither says stays empty or "unknown".
 *
 * A notes file is a key file (GKeyFile):
 *   [Improvement]
 *   Title=…  Title[de]=…  Description=…  Description[de]=…
 *   Component=openssl  Kind=security|test  Severity=unknown|low|medium|high|critical  Exploited=false
 *   [CVE-2026-0001]            one group a vulnerability
 *   Title=…  Credit=…
 *   [Effects]
 *   Restart=a.service;  NeverRestart=b.service;  Reopen=c.desktop;  Reboot=false
 *   Health=a.service 30;/usr/bin/a 10 */

G_BEGIN_DECLS

typedef struct
{
  GHashTable *title;          /* language → text (owned) */
  GHashTable *description;    /* language → text (owned) */
  GPtrArray *vulnerabilities; /* GStrv: id, title, credit (owned) */
  char *component;            /* NULL: not said (owned) */
  char *kind;                 /* (owned) */
  char *severity;             /* (owned) */
  gboolean exploited;
  GStrv restart, never_restart, reopen; /* (owned) */
  GStrv health; /* "NAME.service SECONDS" or "PROGRAM SECONDS" (owned) */
  gboolean reboot;
} SutureNotes;

SutureNotes *suture_notes_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_notes_free (SutureNotes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureNotes, suture_notes_free)

/* Takes over what the file at @path says. Unknown groups and keys are refused, texts that would be cut where a manifest is
 * read, and a test that fixes something. */
gboolean suture_notes_add_file (SutureNotes *self, const char *path, GError **error);

/* Takes over what the changelog of @fixed, unpacked in @tree, says about the versions after that of @old: the entries as
 * description where there is none, and every CVE number that is named there (unless it is a test, which fixes nothing),
 * with the words of an item that it heads. */
gboolean suture_notes_add_changelog (
    SutureNotes *self, const SuturePackage *fixed, const SuturePackage *old, const char *tree, GError **error);

G_END_DECLS
