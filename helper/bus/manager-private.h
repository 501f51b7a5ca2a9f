/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/authority.h"
#include "bus/manager.h"
#include "suture-bus.h"

/* What manager.c, call.c and manager-choice.c share. */

G_BEGIN_DECLS

struct _SutureManager
{
  GObject parent_instance;
  SutureEngine *engine;                 /* (owned) */
  SutureAuthority *authority;           /* (owned) */
  SutureBusHelper1 *skeleton;           /* (owned) */
  GDBusObjectManagerServer *objects;    /* (owned) */
  const SutureFacts *published;         /* what the objects show; only compared, never looked into */
  gint64 feeds_published;               /* when what they show of feeds was read */
  guint64 waits_published;              /* the number of the waits that they show */
  gint64 last_use;
  guint calls; /* that wait for an answer */
};

/* One call on its way: identified, permitted, run. */
typedef struct _SutureCall SutureCall;
struct _SutureCall
{
  SutureManager *manager;            /* (owned) */
  GDBusMethodInvocation *invocation; /* answered exactly once, which also frees it */
  void (*run) (SutureCall *call);    /* when permitted */
  const char *action;                /* static */
  SuturePlan *plan;                  /* frozen before anybody was asked (owned) */
  SutureSignIn *sign_in;             /* the same (owned) */
  GError *missing;                   /* why there is no plan: told to who may know (owned) */
  const char *kind;                  /* of the operation; static */
  char *operation;                   /* (owned) */
  SutureChoiceWhat what;             /* of the stored choice */
  SutureChoice wanted;
  gboolean weakens;                  /* what it was when polkit was asked */
  const char *turn;                  /* the local feed: "on" or "off"; NULL: another call */
  guint64 before;
  guint limit;
  guint32 user;
};

/* A call that has just come. It is freed with its one answer: suture_call_refuse () or suture_call_answer (). */
SutureCall *suture_call_new (SutureManager *self, GDBusMethodInvocation *invocation);
void suture_call_refuse (SutureCall *call, const GError *error);
void suture_call_answer (SutureCall *call, GVariant *value);

/* Refuses an @name that is no id. FALSE: it is refused. */
gboolean suture_call_check_name (SutureCall *call, const char *name);

/* The action that the call's method needs, from the table: the one to weaken where @on is FALSE and there is one. @run is for when it is
 * permitted. FALSE: the call is refused. */
gboolean suture_call_begin (SutureCall *call, gboolean on, void (*run) (SutureCall *));

/* Asks for @call->action, with the plan's details where there is one. Where there is none to run, nobody is asked for a
 * password: who may, learns that there is nothing; who may not, learns what they always learn. */
void suture_call_ask (SutureCall *call);

/* manager-choice.c: the methods that change the stored choice. */
void suture_manager_connect_choice (SutureManager *self);

/* Shows the choice of @snapshot; and what waits, and what the policy decides. */
void suture_manager_show_choice (SutureManager *self, const SutureSnapshot *snapshot);
void suture_manager_show_waits (SutureManager *self, const SutureSnapshot *snapshot);

G_END_DECLS
