#!/usr/bin/env bash
# Builds the libraries of the static bootstrap from unpacked Debian source packages.
#   packaging/libraries.sh SOURCES WORK PREFIX MACHINE
# SOURCES has a folder per source package (openssl, curl ...); PREFIX gets include/ and lib/; MACHINE is x86_64 or
# aarch64. Nothing of the result depends on where these folders are. Why each part is left out: docs/adr/0017.
set -euo pipefail
sources=$1 work=$2 prefix=$3 machine=$4
toolchain=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/static.cmake
cc=$machine-linux-gnu-gcc-12
jobs=$(nproc)

# The date in OpenSSL's version text.
export SOURCE_DATE_EPOCH=0

launcher=''
if command -v ccache >/dev/null; then launcher=ccache; fi

size=(-Os -fno-pie -ffunction-sections -fdata-sections)
safety=(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
place=("-ffile-prefix-map=$work=." "-ffile-prefix-map=$prefix=.")
c_flags=("${size[@]}" -fno-asynchronous-unwind-tables -fno-unwind-tables "${safety[@]}")
cxx_flags=("${size[@]}" "${safety[@]}")

# with_cmake NAME OPTION...: configures, builds and installs a library that brings its own CMakeLists.txt.
# -no-pie is for the programs that it links to find out what there is.
with_cmake() {
  local name=$1
  shift
  cmake -G Ninja -S "$work/$name" -B "$work/$name-build" --toolchain "$toolchain" \
    -DEVENKEEL_MACHINE="$machine" -DEVENKEEL_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
    -DCMAKE_C_FLAGS="-no-pie ${c_flags[*]} ${place[*]}" \
    -DCMAKE_CXX_FLAGS="-no-pie ${cxx_flags[*]} ${place[*]}" \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_MESSAGE=NEVER \
    --no-warn-unused-cli "$@"
  ninja -C "$work/$name-build" -j "$jobs" install
}

# TLS 1.2 and 1.3 with what Amazon's endpoints speak, certificates, and the hashes of request signing. OpenSSL keeps
# its compiler flags as text in the library, so they hold no path; it is built in its own folder.
build_openssl() {
  local target=linux-x86_64
  if [[ $machine == aarch64 ]]; then target=linux-aarch64; fi
  cd "$work/openssl"
  CC="${launcher:+$launcher }$cc" AR="$machine-linux-gnu-gcc-ar-12" RANLIB="$machine-linux-gnu-gcc-ranlib-12" \
    perl ./Configure "$target" --prefix=/usr --openssldir=/etc/ssl --libdir=lib \
    no-shared no-pic no-module no-dso no-engine no-tests no-legacy no-autoload-config no-async no-ui-console \
    no-ssl3 no-tls1 no-tls1_1 no-dtls no-srp no-psk no-srtp no-nextprotoneg no-ssl-trace no-weak-ssl-ciphers \
    no-ct no-cms no-ts no-ocsp no-cmp no-comp no-rfc3779 no-gost no-multiblock \
    no-idea no-seed no-aria no-camellia no-bf no-cast no-des no-rc2 no-rc4 no-rc5 no-md4 no-mdc2 no-whirlpool \
    no-rmd160 no-sm2 no-sm3 no-sm4 no-siphash no-siv no-blake2 no-scrypt no-ocb no-dsa no-dh no-ec2m \
    "${c_flags[@]}"
  make -j "$jobs" build_generated
  make -j "$jobs" libcrypto.a libssl.a
  cp libcrypto.a libssl.a "$prefix/lib/"
  cp -r include/openssl "$prefix/include/"
}

# A cross-build doesn't look for the source of its query ids itself, and would take predictable ones (CVE-2023-31124).
build_cares() {
  with_cmake c-ares -DCARES_STATIC=ON -DCARES_SHARED=OFF -DCARES_BUILD_TOOLS=OFF -DCARES_RANDOM_FILE=/dev/urandom
}

# HTTP and HTTPS, through proxies too. The answers to what CMake could only find out by running a program are Linux's.
build_curl() {
  with_cmake curl -DBUILD_CURL_EXE=OFF -DHTTP_ONLY=ON -DENABLE_ARES=ON -DCURL_USE_OPENSSL=ON \
    -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DUSE_LIBIDN2=OFF -DCURL_ZLIB=OFF -DENABLE_UNIX_SOCKETS=OFF \
    -DENABLE_MANUAL=OFF -DBUILD_TESTING=OFF -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=none \
    -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_CRYPTO_AUTH=ON -DCURL_DISABLE_DOH=ON \
    -DCURL_DISABLE_GETOPTIONS=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_MIME=ON -DCURL_DISABLE_NETRC=ON \
    -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_PARSEDATE=ON -DCURL_DISABLE_PROGRESS_METER=ON \
    -DCURL_DISABLE_VERBOSE_STRINGS=ON -DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON \
    -DHAVE_POLL_FINE_EXITCODE=0 -DHAVE_POLL_FINE=1 -DHAVE_FSETXATTR_5=0 -DHAVE_FSETXATTR_6=0 \
    -DHAVE_GLIBC_STRERROR_R=0 -DHAVE_GLIBC_STRERROR_R__TRYRUN_OUTPUT= -DHAVE_POSIX_STRERROR_R=1 \
    -DHAVE_POSIX_STRERROR_R__TRYRUN_OUTPUT=
}

# One file for everything, made by SQLite's own script; without what needs a dynamic loader or is never asked for, and
# with temporary tables in memory, for there may be no /tmp.
build_sqlite() {
  cd "$work/sqlite3"
  ./configure --disable-tcl --disable-readline --disable-shared >/dev/null
  make sqlite3.c
  $launcher "$cc" "${c_flags[@]}" -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED \
    -DSQLITE_OMIT_PROGRESS_CALLBACK -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_TEMP_STORE=2 -DSQLITE_THREADSAFE=1 \
    -c sqlite3.c -o sqlite3.o
  "$machine-linux-gnu-gcc-ar-12" rcD "$prefix/lib/libsqlite3.a" sqlite3.o
  cp sqlite3.h "$prefix/include/"
}

build_fmtlib() { with_cmake fmtlib -DFMT_TEST=OFF -DFMT_DOC=OFF; }
build_spdlog() { with_cmake spdlog -DSPDLOG_FMT_EXTERNAL=ON -DSPDLOG_BUILD_EXAMPLE=OFF; }
build_yaml_cpp() { with_cmake yaml-cpp -DYAML_CPP_BUILD_TESTS=OFF -DYAML_CPP_BUILD_TOOLS=OFF; }
build_cctz() { with_cmake cctz -DBUILD_TOOLS=OFF -DBUILD_EXAMPLES=OFF -DBUILD_TESTING=OFF; }
build_pugixml() { with_cmake pugixml; }
build_json() { with_cmake nlohmann-json3 -DJSON_BuildTests=OFF; }
build_cli11() { with_cmake cli11 -DCLI11_BUILD_TESTS=OFF -DCLI11_BUILD_EXAMPLES=OFF -DCLI11_BUILD_DOCS=OFF; }

# The simulator's server speaks plain HTTP: one header, without OpenSSL and compression.
build_httplib() {
  cp "$work/cpp-httplib/httplib.h" "$prefix/include/"
  printf 'Name: cpp-httplib\nDescription: HTTP in one header\nVersion: 0\nCflags: -I%s/include\n' "$prefix" \
    >"$prefix/lib/pkgconfig/cpp-httplib.pc"
}

rm -rf "$work" "$prefix"
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
cp -r "$sources" "$work"
for library in openssl cares curl sqlite fmtlib spdlog yaml_cpp cctz pugixml json cli11 httplib; do
  echo "== $library"
  "build_$library"
done
