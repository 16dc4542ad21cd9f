"""botocore's descriptions of services, read by the fork server: to parse them is most of what it takes to make a client.
What was parsed stands for the very file, in the runtime's own folder that nobody writes: a process gets it once, for
whoever has it may change it, and reads the file the second time."""
import functools
import os
import sys

# What functions use most, and what every client needs. Others are read when they are used, as ever.
SERVICES = ["dynamodb", "events", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts"]
FOR_ALL = ["endpoints", "partitions", "sdk-default-configuration", "_retry"]
TYPES = ["service-2", "endpoint-rule-set-1"]


def load():
    """Of the boto3 that is loaded; of one that reads its files in another way than those known nothing is."""
    loaders = sys.modules["botocore.loaders"]
    if not hasattr(loaders.JSONFileLoader, "_load_file") or not hasattr(loaders, "instance_cache"):
        return
    root = loaders.Loader.BUILTIN_DATA_PATH
    folders = [root, os.path.join(os.path.dirname(sys.modules["boto3"].__file__), "data")]
    listed = {(folder, kind): _loader(loaders, folder).list_available_services(kind) for folder in folders for kind in TYPES}
    own = _loader(loaders, root)
    parsed = {}
    for name in FOR_ALL + [_newest(own, service, kind) for kind in TYPES for service in SERVICES if service in listed[root, kind]]:
        _read(loaders, os.path.join(root, name), parsed)
    _give_out(loaders, parsed)
    _list(loaders, listed)


def _loader(loaders, folder):
    return loaders.Loader(extra_search_paths=[folder], include_default_search_paths=False)


def _newest(loader, service, kind):
    return os.path.join(service, loader.determine_latest_version(service, kind), kind)


def _read(loaders, path, parsed):
    for ending, opened in loaders._JSON_OPEN_METHODS.items():
        data = loaders.JSONFileLoader()._load_file(path + ending, opened)
        if data is not None:
            parsed[path + ending] = data
            return


def _give_out(loaders, parsed):
    plain = loaders.JSONFileLoader._load_file

    @functools.wraps(plain)
    def _load_file(self, full_path, open_method):
        data = parsed.pop(full_path, None)
        if data is None:
            return plain(self, full_path, open_method)
        loaders.logger.debug("Loading JSON file: %s", full_path)
        return data

    loaders.JSONFileLoader._load_file = _load_file


def _list(loaders, listed):
    """To find out which services there are takes thousands of system calls. Where a function brings models they are looked for as ever."""
    plain = loaders.Loader.list_available_services

    def list_available_services(self, type_name):
        folders = list(self._potential_locations())
        if any((folder, type_name) not in listed for folder in folders):
            return plain(self, type_name)
        return sorted({service for folder in folders for service in listed[folder, type_name]})

    loaders.Loader.list_available_services = loaders.instance_cache(list_available_services)
