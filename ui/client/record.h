/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* One record of Update History, as GetHistory gives it. Immutable. */

G_BEGIN_DECLS

#define SUTURE_TYPE_RECORD (suture_record_get_type ())
G_DECLARE_FINAL_TYPE (SutureRecord, suture_record, SUTURE, RECORD, GObject)

#define SUTURE_RECORD_NO_USER G_MAXUINT32

/* Strings are clean, plain text and not NULL; all is owned. */
typedef struct
{
  guint64 id;
  gint64 time;       /* seconds since the epoch, UTC */
  char *event;       /* installed, removed, failed, undone, interrupted, included, withdrawn, local-on, local-off */
  char *improvement; /* its id */
  char *title;
  char *letter;
  char *by;     /* user, automatic, system */
  guint32 user; /* uid, or SUTURE_RECORD_NO_USER */
  char *error;  /* short error name or "" */
  char *message;
} SutureRecordFacts;

/* @properties: one a{sv} of GetHistory's answer. */
SutureRecord *suture_record_new (GVariant *properties) G_GNUC_WARN_UNUSED_RESULT;
const SutureRecordFacts *suture_record_get_facts (SutureRecord *self);

G_END_DECLS
