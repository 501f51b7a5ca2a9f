/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report.h"

/* What has to be told to people about an improvement that is being made, and is no part of it: what they should look at
 * before they sign it, and what they may want to write into its notes. */

G_BEGIN_DECLS

#define SUTURE_FINDINGS_FILE "findings.json" /* in a stage's folder, beside the manifest; never served */

typedef struct
{
  gboolean automatic;  /* it was made without a person */
  GPtrArray *warnings; /* char *, sentences, each once (owned) */
  GPtrArray *restart;  /* char *: units that run what changes, as Restart= has them (owned) */
  GPtrArray *reopen;   /* char *: apps that do, as Reopen= has them (owned) */
} SutureFindings;

SutureFindings *suture_findings_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_findings_free (SutureFindings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFindings, suture_findings_free)

/* Adds the sentence @format… to the warnings, unless it is among them. */
void suture_findings_warn (SutureFindings *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* {"automatic": false, "warnings": […], "suggested": {"restart": […], "reopen": […]}} */
JsonObject *suture_findings_to_json (const SutureFindings *self) G_GNUC_WARN_UNUSED_RESULT;

/* The same from such an object; members that are not there are empty, and so is what is not text. */
SutureFindings *suture_findings_from_json (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;

/* Takes out of what is suggested what the notes say already, one way or the other. */
void suture_findings_drop (SutureFindings *self, char **restart, char **never_restart, char **reopen);

/* Moves what is suggested to the ends of @restart and @reopen. */
void suture_findings_take (SutureFindings *self, GStrv *restart, GStrv *reopen);

/* The object as text. */
char *suture_findings_to_text (const SutureFindings *self) G_GNUC_WARN_UNUSED_RESULT;

/* Tells @report all of it. */
void suture_findings_tell (const SutureFindings *self, SutureReport *report);

G_END_DECLS
