/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/database.h"

/* What is remembered by name. A name that was never set, or holds nonsense, gives the fallback. */

G_BEGIN_DECLS

#define SUTURE_SETTING_AUTOMATIC "automatic"           /* 0 or 1; never set: 1 */
#define SUTURE_SETTING_PAUSED_UNTIL "paused-until"     /* these are of engine/choice.h */
#define SUTURE_SETTING_DELAY_DAYS "delay-days"
#define SUTURE_SETTING_DELAY_EXPLOITED "delay-exploited"
#define SUTURE_SETTING_USE_METERED "use-metered"
#define SUTURE_SETTING_ANNOUNCED "announced"
#define SUTURE_SETTING_ANNOUNCE_SINCE "announce-since"
#define SUTURE_SETTING_AUTOMATIC_RAN "automatic-ran"   /* seconds since the epoch of the last RunAutomatic */
#define SUTURE_SETTING_AUTOMATIC_FAILED "automatic-failed" /* how many failed in a row; never set: 0 */
#define SUTURE_SETTING_LAST_CHECKED "last-checked"     /* seconds since the epoch; never set: 0 */
#define SUTURE_SETTING_CHECKED_OF "checked-of-"        /* and a feed's name: the same of it alone */
#define SUTURE_SETTING_LAST_ERROR "last-error"         /* short error name of the last check */
#define SUTURE_SETTING_LAST_MESSAGE "last-message"     /* its sentence */
#define SUTURE_SETTING_SEEN "seen:"                     /* with an improvement's id: seconds since the epoch, engine/remembered.h */
#define SUTURE_SETTING_FEED "feed:"                     /* with a feed's name: what its last check found, engine/feeds.c */
#define SUTURE_SETTING_CRASHES "crashes"               /* microseconds since the epoch: up to where the journal was read */
#define SUTURE_SETTING_RESTARTED "restarted"           /* ID\nUNIT\nUNIT…: what the last switch restarted */

gint64 suture_setting_get_number (SutureDatabase *database, const char *name, gint64 fallback);
gboolean suture_setting_set_number (SutureDatabase *database, const char *name, gint64 value, GError **error);
char *suture_setting_get_text (SutureDatabase *database, const char *name, const char *fallback) G_GNUC_WARN_UNUSED_RESULT;
gboolean suture_setting_set_text (SutureDatabase *database, const char *name, const char *value, GError **error);

/* All whose names begin with @prefix: the rest of the name → value. Empty when they can't be read. */
GHashTable *suture_setting_list (SutureDatabase *database, const char *prefix) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets @name; one that was never set is no error. */
gboolean suture_setting_remove (SutureDatabase *database, const char *name, GError **error);

/* One setting that is a number. */
typedef struct
{
  const char *name;
  gint64 value;
} SutureSettingNumber;

/* Sets all @n of them, or none. */
gboolean suture_setting_set_numbers (SutureDatabase *database, const SutureSettingNumber *settings, gsize n, GError **error);

G_END_DECLS
