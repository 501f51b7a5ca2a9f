#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A helper that only talks: the contract of data/org.suture.Helper1.xml with a made-up machine behind it.

    mock_helper.py XML STATE.json

Reads its machine from STATE.json, owns org.suture.Helper1 on the bus that started it.
Tests change the machine by writing STATE.json and calling org.suture.Mock.Load, or Leave, which ends it as an idle
helper ends. What STATE.json can say beside the properties:

    deny: [method]          these fail with NotAuthorized
    fail: {method: [name, sentence]}  these operations end so
    hold: true              an install, or the preparing of the local feed, stops in the middle until it is cancelled or
                            hold is taken away
    die: true               an install ends this process in the middle of its download; the next start records it
    called: [[method, …]]   written by this: what was stored by SetPause and the others, and Announce
    late: seconds           until SetLocalFeed and what stores a choice is answered, as when a person looks for a password (0)
    prepares: {…}           what the state is when the local feed was turned on: SystemUpdates, ArchiveTime, improvements
    slow: seconds           until it is on the bus (0)
    step: seconds           between two changes of an operation (0.05)
"""
import json
import os
import sys
import time

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'org.suture.Helper1'
PATH = '/org/suture/Helper1'
MANAGER = """<node><interface name="org.freedesktop.DBus.ObjectManager">
<method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method>
<signal name="InterfacesAdded"><arg type="o"/><arg type="a{sa{sv}}"/></signal>
<signal name="InterfacesRemoved"><arg type="o"/><arg type="as"/></signal></interface></node>"""
CONTROL = """<node><interface name="org.suture.Mock"><method name="Load"/><method name="Leave"/></interface></node>"""

HELPER_DEFAULTS = {
    'Version': '0', 'Activity': 'idle', 'Operation': '', 'OperationKind': '', 'OperationImprovement': '',
    'BytesDone': 0, 'BytesTotal': 0, 'Cancellable': False, 'Results': [], 'Automatic': True, 'Feeds': [],
    'LastChecked': 0, 'LastError': ['', ''], 'Label': 'Debian GNU/Linux 12', 'LocalFeed': 'absent', 'SystemUpdates': [],
    'ArchiveTime': 0, 'PausedUntil': 0, 'DelayDays': 0, 'DelayExploited': False, 'UseMetered': False, 'Announced': True, 'Waits': [],
    'Managed': [], 'Watching': []}
# What each of the methods that only store something stores, and which word of Managed takes it away.
CHOICES = {'SetAutomatic': (('Automatic',), 'automatic'), 'SetPause': (('PausedUntil',), 'pause'),
           'SetDelay': (('DelayDays', 'DelayExploited'), 'delay'), 'SetMetered': (('UseMetered',), 'metered'),
           'Announce': ((), None)}
IMPROVEMENT_DEFAULTS = {
    'Component': '', 'Letter': 'a', 'Number': 1, 'Kind': 'security', 'Title': '', 'Description': '',
    'Publisher': 'Example Vendor', 'Feed': 'example', 'Prepared': '', 'ApprovedBy': '', 'Provenance': [], 'Severity': 'high', 'Exploited': False, 'Vulnerabilities': [],
    'State': 'available', 'DownloadSize': 471410, 'ImageSize': 5664768, 'Files': [], 'InstalledAt': 0, 'Owed': [],
    'Restarted': [], 'Conflict': [], 'WaitsUntil': 0, 'Waits': [], 'KeepsClosing': [], 'LeftOut': '', 'Withdrawn': False, 'WithdrawnAt': 0, 'WithdrawnReason': ''}

FEED_DEFAULTS = {
    'Name': '', 'Kind': 'remote', 'Address': 'https://fixes.example.org/suture', 'Origin': 'https://fixes.example.org:443', 'Components': [],
    'Keys': [['root', 'ed25519', 'a1b2c3d4e5f60718' * 4], ['timestamp', 'ecdsa', '0f1e2d3c4b5a6978' * 4],
             ['snapshot', 'ecdsa', '0f1e2d3c4b5a6978' * 4], ['targets', 'ed25519', 'a1b2c3d4e5f60718' * 4]],
    'RootVersion': 1, 'MetadataVersion': 7, 'Expires': 0, 'LastContact': 0, 'LastError': ['', ''], 'SignedIn': 'none',
    'NeedsSignIn': False}
LOCAL_FEED = dict(FEED_DEFAULTS, Name='local', Kind='local', Address='file:///var/lib/suture-local/feed', Origin='',
                  Keys=[[role, 'ed25519', '5c6d7e8f90a1b2c3' * 4] for role in ('root', 'timestamp', 'snapshot', 'targets')])


class Mock:
    def __init__(self, xml, state_path):
        node = Gio.DBusNodeInfo.new_for_xml(open(xml, encoding='utf-8').read())
        self.helper_info = node.lookup_interface('org.suture.Helper1')
        self.improvement_info = node.lookup_interface('org.suture.Improvement1')
        self.feed_info = node.lookup_interface('org.suture.Feed1')
        self.state_path = state_path
        self.bus = Gio.bus_get_sync(Gio.BusType.STARTER)
        self.loop = GLib.MainLoop()
        self.helper = dict(HELPER_DEFAULTS)
        self.improvements = {}
        self.feeds = {}  # 'accepts': [user, secret]; 'kept': the same, what was sent
        self.registered = {}
        self.state = {}
        self.cancelled = set()
        self.count = 0
        self.load()
        time.sleep(self.state.get('slow', 0))
        self.bus.register_object(PATH, self.helper_info, self.on_helper_call, self.on_helper_get, None)
        for text in (MANAGER, CONTROL):
            info = Gio.DBusNodeInfo.new_for_xml(text).interfaces[0]
            self.bus.register_object(PATH, info, self.on_other_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None,
                                       lambda *_: self.loop.quit())

    # the machine

    def load(self):
        with open(self.state_path, encoding='utf-8') as file:
            self.state = json.load(file)
        self.set_helper({k: v for k, v in self.state.items() if k in HELPER_DEFAULTS})
        wanted = {i['Id']: dict(IMPROVEMENT_DEFAULTS, **i) for i in self.state.get('improvements', [])}
        for gone in set(self.improvements) - set(wanted):
            self.remove_object(gone)
        for name, values in wanted.items():
            if name in self.improvements:
                self.set_improvement(name, values)
            else:
                self.add_object(name, values)
        feeds = {f['Name']: dict(FEED_DEFAULTS, **f) for f in self.state.get('sources', [])}
        for gone in set(self.feeds) - set(feeds):
            self.remove_feed(gone)
        for name, values in feeds.items():
            if name in self.feeds:
                self.set_feed(name, values)
            else:
                self.add_feed(name, values)

    def save(self, coming=None):
        """coming: what is told next. Once it is told, whoever waits for it may write the state."""
        self.state.update({k: v for k, v in {**self.helper, **(coming or {})}.items() if k not in ('Activity', 'Operation')})
        self.state['improvements'] = list(self.improvements.values())
        self.state['sources'] = list(self.feeds.values())
        with open(self.state_path + '.new', 'w', encoding='utf-8') as file:
            json.dump(self.state, file)
        os.rename(self.state_path + '.new', self.state_path)

    @staticmethod
    def variants(info, values):
        result = {}
        for name, value in values.items():
            prop = info.lookup_property(name)
            if prop:
                if '(' in prop.signature:
                    value = [tuple(v) for v in value] if prop.signature[0] == 'a' else tuple(value)
                result[name] = GLib.Variant(prop.signature, value)
        return result

    def emit(self, path, interface, signal, parameters):
        self.bus.emit_signal(None, path, interface, signal, parameters)

    def emit_changed(self, path, info, values):
        self.emit(path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged',
                  GLib.Variant('(sa{sv}as)', (info.name, self.variants(info, values), [])))

    def set_helper(self, values):
        changed = {k: v for k, v in values.items() if self.helper.get(k) != v}
        self.helper.update(changed)
        if changed:
            self.emit_changed(PATH, self.helper_info, changed)

    @staticmethod
    def path_of(name):
        return PATH + '/improvement/' + ''.join(c if c.isalnum() else '_%02x' % ord(c) for c in name)

    def add_object(self, name, values):
        self.improvements[name] = values
        path = self.path_of(name)
        self.registered[name] = self.bus.register_object(
            path, self.improvement_info, lambda *_: None,
            lambda c, s, p, i, prop: self.variants(self.improvement_info, self.improvements[name])[prop], None)
        self.emit(PATH, 'org.freedesktop.DBus.ObjectManager', 'InterfacesAdded', GLib.Variant(
            '(oa{sa{sv}})', (path, {self.improvement_info.name: self.variants(self.improvement_info, values)})))

    def remove_object(self, name):
        self.bus.unregister_object(self.registered.pop(name))
        del self.improvements[name]
        self.emit(PATH, 'org.freedesktop.DBus.ObjectManager', 'InterfacesRemoved',
                  GLib.Variant('(oas)', (self.path_of(name), [self.improvement_info.name])))

    def set_improvement(self, name, values):
        changed = {k: v for k, v in values.items() if self.improvements[name].get(k) != v}
        self.improvements[name].update(changed)
        if changed:
            self.emit_changed(self.path_of(name), self.improvement_info, changed)

    @staticmethod
    def path_of_feed(name):
        return Mock.path_of(name).replace('/improvement/', '/feed/')

    def add_feed(self, name, values):
        self.feeds[name] = values
        path = self.path_of_feed(name)
        self.registered[path] = self.bus.register_object(
            path, self.feed_info, lambda *_: None,
            lambda c, s, p, i, prop: self.variants(self.feed_info, self.feeds[name])[prop], None)
        self.emit(PATH, 'org.freedesktop.DBus.ObjectManager', 'InterfacesAdded', GLib.Variant(
            '(oa{sa{sv}})', (path, {self.feed_info.name: self.variants(self.feed_info, values)})))

    def remove_feed(self, name):
        path = self.path_of_feed(name)
        self.bus.unregister_object(self.registered.pop(path))
        del self.feeds[name]
        self.emit(PATH, 'org.freedesktop.DBus.ObjectManager', 'InterfacesRemoved',
                  GLib.Variant('(oas)', (path, [self.feed_info.name])))

    def set_feed(self, name, values):
        changed = {k: v for k, v in values.items() if self.feeds[name].get(k) != v}
        self.feeds[name].update(changed)
        if changed:
            self.emit_changed(self.path_of_feed(name), self.feed_info, changed)

    def sign(self, name, kept):
        kind = 'none' if kept is None else 'password' if kept[0] else 'token'
        self.set_feed(name, {'kept': kept, 'SignedIn': kind,
                             **({'NeedsSignIn': False, 'LastError': ['', '']} if kept else {})})
        self.save()

    def check_feeds(self):
        """How the feeds answer to a check: the first error of theirs."""
        first = ['', '']
        for name, feed in self.feeds.items():
            error = feed.get('answers', ['', ''])
            if feed.get('accepts') not in (None, feed.get('kept')):
                words = 'did not accept the sign-in' if feed.get('kept') else 'asks for a sign-in'
                error = ['NotSignedIn', 'fixes.example.org ' + words]
            self.set_feed(name, {'LastError': error, 'NeedsSignIn': error[0] == 'NotSignedIn',
                                 **({} if error[0] else {'LastContact': int(time.time())})})
            if error[0] and not first[0]:
                first = [error[0], 'feed %s: %s' % (name, error[1])]
        return first

    # calls

    def on_other_call(self, bus, sender, path, interface, method, parameters, invocation):
        if method == 'GetManagedObjects':
            objects = {self.path_of(n): {self.improvement_info.name: self.variants(self.improvement_info, v)}
                       for n, v in self.improvements.items()}
            objects.update({self.path_of_feed(n): {self.feed_info.name: self.variants(self.feed_info, v)}
                            for n, v in self.feeds.items()})
            invocation.return_value(GLib.Variant('(a{oa{sa{sv}}})', (objects,)))
            return
        invocation.return_value(None)
        if method == 'Load':
            self.load()
        else:
            self.save()
            self.bus.flush_sync(None)
            self.loop.quit()

    def on_helper_get(self, bus, sender, path, interface, name):
        return self.variants(self.helper_info, self.helper)[name]

    def on_helper_call(self, bus, sender, path, interface, method, parameters, invocation):
        def refuse(name, sentence):
            invocation.return_dbus_error('org.suture.Error.' + name, sentence)

        arguments = parameters.unpack()
        if method in self.state.get('deny', []):
            GLib.timeout_add(int(1000 * self.state.get('late', 0)), refuse, 'NotAuthorized', 'not permitted by polkit')
        elif method == 'SetLocalFeed' and self.helper['LocalFeed'] == 'absent':
            refuse('NotFound', 'suture-local is not installed')
        elif method == 'GetHistory':
            self.get_history(*arguments, invocation)
        elif method in CHOICES:
            GLib.timeout_add(int(1000 * self.state.get('late', 0)), self.choose, method, arguments, invocation)
        elif method in ('SignIn', 'SignOut'):
            if arguments[0] not in self.feeds:
                refuse('NotFound', 'there is no such feed')
            else:
                self.sign(arguments[0], list(arguments[1:]) or None)
                invocation.return_value(None)
        elif method == 'Cancel':
            if arguments[0] != self.helper['Operation']:
                refuse('NotFound', 'no such operation')
            elif not self.helper['Cancellable']:
                refuse('NotCancellable', 'the switch has begun')
            else:
                self.cancelled.add(arguments[0])
                invocation.return_value(None)
        else:
            needed = {'Install': ('available', 'inactive'), 'Remove': ('active', 'inactive', 'overtaken')}.get(method)
            known = self.improvements.get(arguments[0]) if needed else None
            if needed and (known is None or known['State'] not in needed):
                refuse('NotFound', 'no such improvement')
                return
            self.count += 1
            operation = 'op-%d-%d' % (os.getpid(), self.count)

            def begin():
                invocation.return_value(GLib.Variant('(s)', (operation,)))
                self.start(operation, method, arguments[0] if needed or method == 'SetLocalFeed' else '')
                return False
            begin() if method != 'SetLocalFeed' else GLib.timeout_add(int(1000 * self.state.get('late', 0)), begin)

    def choose(self, method, arguments, invocation):
        """Stores it, and what it changes about waiting."""
        names, managed = CHOICES[method]
        reason = dict(map(tuple, self.helper['Managed'])).get(managed)
        if reason is not None:
            invocation.return_dbus_error('org.suture.Error.Managed', 'the policy decides this: ' + reason)
            return
        self.set_helper({**dict(zip(names, arguments)), **({'Announced': True} if method in ('Announce', 'SetAutomatic') else {})})
        if method == 'SetPause':
            self.wait('paused', arguments[0], arguments[0] != 0)
        elif method == 'SetAutomatic':
            self.wait('off', 0, not arguments[0])
        elif method == 'SetMetered' and arguments[0]:
            self.wait('metered', 0, False)
        self.state.setdefault('called', []).append([method, *arguments])
        self.save()
        invocation.return_value(None)

    def wait(self, reason, until, waits):
        """Everything waits for that, or no longer."""
        def changed(given):
            return [w for w in given if w[0] != reason] + ([[reason, until, '']] if waits else [])
        self.set_helper({'Waits': changed(self.helper['Waits'])})
        for name, values in self.improvements.items():
            if values['State'] == 'available':
                self.set_improvement(name, {'Waits': changed(values['Waits'])})

    def get_history(self, before, limit, invocation):
        types = {'id': 't', 'time': 'x', 'user': 'u'}
        records = [r for r in sorted(self.state.get('history', []), key=lambda r: -r['id'])
                   if before == 0 or r['id'] < before][:limit]
        invocation.return_value(GLib.Variant('(aa{sv})', (
            [{k: GLib.Variant(types.get(k, 's'), v) for k, v in r.items()} for r in records],)))

    # operations

    def start(self, operation, method, name):
        kinds = {'Check': 'check', 'Install': 'install', 'Remove': 'remove', 'RunAutomatic': 'automatic',
                 'SetLocalFeed': 'local-feed'}
        steps = {'Check': self.check, 'RunAutomatic': self.check, 'Install': self.install, 'Remove': self.remove,
                 'SetLocalFeed': self.set_local_feed}
        self.set_helper({'Operation': operation, 'OperationKind': kinds[method],
                         'OperationImprovement': '' if method == 'SetLocalFeed' else name})
        work = steps[method](operation, name)

        def step():
            try:
                next(work)
                return True
            except StopIteration as end:
                error = end.value or self.state.get('fail', {}).get(method) or ['', '']
                self.end(operation, method, name, error)
                return False
        GLib.timeout_add(int(1000 * self.state.get('step', 0.05)), step)

    def end(self, operation, method, name, error):
        ok = error[0] == ''
        if ok and method == 'Install':
            self.set_improvement(name, {'State': 'active', 'InstalledAt': int(time.time()),
                                        'Owed': self.improvements[name].get('owed_after', [])})
        elif ok and method == 'Remove':
            left = 'superseded' if self.improvements[name]['State'] == 'overtaken' else 'available'
            self.set_improvement(name, {'State': left, 'InstalledAt': 0, 'Owed': [], 'Restarted': []})
        elif method == 'Check':
            found = self.check_feeds()
            error, ok = (found, False) if ok and found[0] else (error, ok)
            self.set_helper({'LastError': error, **({'LastChecked': int(time.time())} if ok else {})})
        elif method == 'SetLocalFeed':
            name = ''
        if name:
            event = {'Install': 'installed', 'Remove': 'removed'}[method] if ok else 'failed'
            history = self.state.setdefault('history', [])
            history.append({'id': max([r['id'] for r in history], default=0) + 1, 'time': int(time.time()),
                            'event': event, 'improvement': name, 'title': self.improvements[name]['Title'],
                            'letter': self.improvements[name]['Letter'], 'by': 'user', 'user': os.getuid(),
                            'error': error[0], 'message': error[1]})
            if ok and method == 'Remove' and self.improvements[name]['Withdrawn']:
                self.remove_object(name)
        told = {'Activity': 'idle', 'Operation': '', 'OperationKind': '', 'OperationImprovement': '', 'BytesDone': 0,
                'BytesTotal': 0, 'Cancellable': False,
                'Results': (self.helper['Results'] + [[operation] + list(error)])[-16:]}
        self.save(told)
        self.set_helper(told)

    def check(self, operation, name):
        self.set_helper({'Activity': 'checking', 'Cancellable': True})
        for _ in range(3):
            yield

    def preparing(self, operation):
        """Fetches 10 pieces, then works for a time that nobody knows; true when it was cancelled."""
        self.set_helper({'Activity': 'preparing', 'BytesTotal': 4000000, 'Cancellable': True})
        done = 0
        while done < 10:
            yield
            if operation in self.cancelled:
                return True
            if done == 4 and self.state.get('hold'):
                continue
            done += 1
            self.set_helper({'BytesDone': 400000 * done})
        self.set_helper({'BytesDone': 0, 'BytesTotal': 0})
        yield
        return False

    def set_local_feed(self, operation, on):
        """As the contract: trusted once its keys are there, then checked. A failure of that check takes nothing back."""
        history = self.state.setdefault('history', [])
        cancelled = on and (yield from self.preparing(operation))
        if cancelled:
            return ['Cancelled', 'stopped on request']
        if self.state.get('fail', {}).get('SetLocalFeed', [''])[0] in ('Failed', 'NoSpace', 'Unavailable', 'NotApplicable'):
            return None
        yield
        history.append({'id': max([r['id'] for r in history], default=0) + 1, 'time': int(time.time()),
                        'event': 'local-on' if on else 'local-off', 'improvement': '', 'title': '', 'letter': '',
                        'by': 'user', 'user': os.getuid(), 'error': '', 'message': ''})
        prepared = dict({'SystemUpdates': [], 'ArchiveTime': int(time.time())}, **self.state.get('prepares', {})) if on else {
            'SystemUpdates': [], 'ArchiveTime': 0}
        for improvement in prepared.pop('improvements', []):
            if improvement['Id'] not in self.improvements:
                self.add_object(improvement['Id'], dict(IMPROVEMENT_DEFAULTS, **improvement))
        if on and 'local' not in self.feeds:
            self.add_feed('local', dict(LOCAL_FEED, LastContact=int(time.time())))
        elif not on and 'local' in self.feeds:
            self.remove_feed('local')
        failed = bool(self.state.get('fail', {}).get('SetLocalFeed'))
        self.set_helper({'LocalFeed': 'on' if on else 'off', **prepared,
                         'Feeds': [f for f in self.helper['Feeds'] if f != 'local'] + (['local'] if on else []),
                         **({'LastChecked': int(time.time())} if on and not failed else {}),
                         **({'LastError': self.state['fail']['SetLocalFeed']} if on and failed else {})})
        return None

    def install(self, operation, name):
        total = self.improvements[name]['DownloadSize']
        self.set_helper({'Activity': 'downloading', 'BytesTotal': total, 'Cancellable': True})
        done = 0
        while done < 10:
            yield
            if operation in self.cancelled:
                return ['Cancelled', 'stopped on request']
            if done == 4 and self.state.get('die'):
                self.state['die'] = False
                self.helper['Results'] = self.helper['Results'] + [[operation, 'Interrupted', 'a program ended']]
                self.save()
                os._exit(1)
            if done == 4 and self.state.get('hold'):
                continue
            done += 1
            self.set_helper({'BytesDone': total * done // 10})
        self.set_helper({'Activity': 'activating', 'BytesDone': 0, 'BytesTotal': 0, 'Cancellable': False})
        yield
        self.set_helper({'Activity': 'restarting'})
        yield
        return None

    def remove(self, operation, name):
        self.set_helper({'Activity': 'removing'})
        for _ in range(3):
            yield


if __name__ == '__main__':
    Mock(sys.argv[1], sys.argv[2]).loop.run()
