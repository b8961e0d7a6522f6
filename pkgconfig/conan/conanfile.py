"""The library as a Conan package. Its dependencies are the system's libraries, found by pkg-config, not those of a
remote: a process must have only one SQLite (docs/abi.md).

    conan create pkgconfig/conan --no-remote -o '*:shared=True'
"""
import os
import re

from conan import ConanFile
from conan.tools.files import copy, load
from conan.tools.meson import Meson, MesonToolchain


class Libblueplane(ConanFile):
    name = "libblueplane"
    license = "MIT"
    description = "Private analytics for AI-assisted coding"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": True, "fPIC": True}
    implements = ["auto_shared_fpic"]
    languages = "C"

    @property
    def top(self):
        return os.path.join(self.recipe_folder, os.pardir, os.pardir)

    def set_version(self):
        header = load(self, os.path.join(self.top, "include", "blueplane", "version.h"))
        self.version = re.search(r'VERSION_STRING "([^"]+)"', header).group(1)

    def export_sources(self):
        copy(self, "meson.build", self.recipe_folder, self.export_sources_folder)
        library = os.path.join(self.export_sources_folder, "subprojects", self.name)
        for part in ("meson.build", "LICENSE", "include/*", "libblueplane/*", "pkgconfig/*"):
            copy(self, part, self.top, library)

    def layout(self):
        self.folders.build = self.folders.generators = "build"

    def generate(self):
        MesonToolchain(self).generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, "LICENSE", os.path.join(self.source_folder, "subprojects", self.name), os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.libs = ["blueplane"]
        self.cpp_info.set_property("pkg_config_name", "blueplane")
        self.cpp_info.set_property("cmake_file_name", "blueplane")
        self.cpp_info.set_property("cmake_target_name", "blueplane::blueplane")
        if not self.options.shared:
            self.cpp_info.system_libs = ["sqlite3", "cjson", "sodium", "utf8proc", "z", "pthread", "m"]
