"""Packages of the runtime that a fork server has loaded and hides from its children: they are there when the function
imports them, each with what it imported itself, as if they were loaded then. They stand only for what would be loaded:
where code or layers bring a module by one of the names, all are loaded as ever."""
import builtins
import sys
from importlib.machinery import ModuleSpec, PathFinder


def load(name, folder, before):
    """Loads a package of this folder with all that it needs. A finder of what is there then and was not `before`; None without the package."""
    notes = Notes(builtins.__import__)
    finders = list(sys.meta_path)
    sys.path.append(folder)
    builtins.__import__ = notes.noting_import
    try:
        notes.noting_import(name)
    except ImportError:
        # It may come later: functions hear of it when they import it.
        return None
    finally:
        builtins.__import__ = notes.plain_import
        sys.path.remove(folder)
        sys.meta_path[:] = finders
    return Preloaded({name: module for name, module in sys.modules.items() if name not in before}, notes)


class Notes:
    """Of each module the names that it imports, in their order, and of what came with it though nobody asked for it by name:
    modules in C import, and some modules put others into `sys.modules`."""

    def __init__(self, plain_import):
        self.plain_import = plain_import
        self.names = {}
        # Of each module the finders that it put behind the others, as `six` does.
        self.finders = {}
        self._asked_for = set()

    def noting_import(self, name, globals=None, locals=None, fromlist=(), level=0):
        importer = (globals or {}).get("__name__", "")
        if importer.startswith("importlib._bootstrap"):
            # On behalf of a module in C: of whoever imports that.
            return self.plain_import(name, globals, locals, fromlist, level)
        whole = _absolute(name, globals, level)
        parts = whole.split(".")
        asked_for = [".".join(parts[: at + 1]) for at in range(len(parts))] + ["%s.%s" % (whole, item) for item in fromlist or ()]
        self._asked_for.update(asked_for)
        self._note(importer, asked_for)
        count = len(sys.modules)
        finders = len(sys.meta_path)
        try:
            return self.plain_import(name, globals, locals, fromlist, level)
        finally:
            if len(sys.meta_path) > finders:
                known = [finder for own in self.finders.values() for finder in own]
                self.finders.setdefault(whole, []).extend(new for new in sys.meta_path[finders:] if new not in known)
            if len(sys.modules) > count:
                came_along = [new for new in list(sys.modules)[count:] if new not in self._asked_for]
                self._asked_for.update(came_along)
                self._note(whole, came_along)

    def _note(self, name, names):
        self.names.setdefault(name, {}).update(dict.fromkeys(names))


def _absolute(name, globals, level):
    if level == 0:
        return name
    package = (globals["__package__"] or "").rsplit(".", level - 1)[0]
    return "%s.%s" % (package, name) if name else package


class Preloaded:
    """A finder for `sys.meta_path`."""

    def __init__(self, modules, notes):
        self.modules = modules
        self.names = notes.names
        self.finders = notes.finders
        self._trusted = set()

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules:
            return None
        if name not in self._trusted:
            needed = self._needed_by(name)
            if not all(self._is_next(other) for other in needed if "." not in other):
                self.modules = {}
                return None
            self._trusted |= needed
        return ModuleSpec(name, Loader(self))

    def _needed_by(self, name):
        found, left = set(), [name]
        while left:
            at = left.pop()
            if at in self.modules and at not in found:
                found.add(at)
                # A module is there only within its package.
                left += [at.rpartition(".")[0], *self.names.get(at, ())]
        return found

    def _is_next(self, name):
        """Whether it is what the path leads to now. What is built in has no file, and comes before the path."""
        file = getattr(self.modules[name], "__file__", None)
        if file is None or not self.is_found_by(name):
            return True
        found = PathFinder.find_spec(name)
        return found is not None and found.origin == file

    def is_found_by(self, name):
        """Others, like `os.path`, are there by the doing of another module only."""
        if getattr(self.modules[name], "__name__", None) != name:
            return False
        package = name.rpartition(".")[0]
        return not package or hasattr(self.modules.get(package) or sys.modules.get(package), "__path__")

    def add_finders(self, name):
        sys.meta_path.extend(self.finders.get(name, ()))


class Loader:
    def __init__(self, preloaded):
        self._preloaded = preloaded

    def create_module(self, spec):
        module = self._preloaded.modules.pop(spec.name)
        # The interpreter is about to give it a description of how it was found, and it has one.
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module):
        name = module.__spec__.name
        module.__spec__ = self._own_spec
        hidden = self._preloaded.modules
        self._preloaded.add_finders(name)
        for other in self._preloaded.names.get(name, ()):
            if other not in hidden:
                continue
            if self._preloaded.is_found_by(other):
                __import__(other)
            else:
                sys.modules[other] = hidden.pop(other)
                self._preloaded.add_finders(other)
