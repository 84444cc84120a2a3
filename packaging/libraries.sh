#!/usr/bin/env bash
# Puts the libraries of the static bootstrap into one prefix.
#   packaging/libraries.sh SOURCES DEBIAN WORK PREFIX MACHINE JOBS
# SOURCES has a folder per unpacked source package (openssl, curl ...), for what Debian has no usable static library
# of; DEBIAN is the root into which Debian's binary packages for MACHINE were unpacked; PREFIX gets include/ and lib/;
# MACHINE is x86_64 or aarch64. Nothing of the result depends on where these folders are. Why each part is left out:
# docs/adr/0017; what comes from where: docs/adr/0024.
set -euo pipefail
sources=$1 debian=$2 work=$3 prefix=$4 machine=$5 jobs=$6
packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cc=$machine-linux-gnu-gcc-12
cxx=$machine-linux-gnu-g++-12
ar=$machine-linux-gnu-gcc-ar-12

# The date in OpenSSL's version text.
export SOURCE_DATE_EPOCH=0

launcher=''
if command -v ccache >/dev/null; then launcher=ccache; fi

size=(-Os -fno-pie -ffunction-sections -fdata-sections)
safety=(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
place=("-ffile-prefix-map=$sources=." "-ffile-prefix-map=$work=." "-ffile-prefix-map=$prefix=.")
c_flags=("${size[@]}" -fno-asynchronous-unwind-tables -fno-unwind-tables "${safety[@]}")
cxx_flags=("${size[@]}" "${safety[@]}")

# with_cmake NAME OPTION...: configures, builds and installs a library that brings its own CMakeLists.txt.
# -no-pie is for the programs that it links to find out what there is.
with_cmake() {
  local name=$1
  shift
  cmake -G Ninja -S "$sources/$name" -B "$work/$name" --toolchain "$packaging/static.cmake" \
    -DEVENKEEL_MACHINE="$machine" -DEVENKEEL_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
    -DCMAKE_C_FLAGS="-no-pie ${c_flags[*]} ${place[*]}" \
    -DCMAKE_CXX_FLAGS="-no-pie ${cxx_flags[*]} ${place[*]}" \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_MESSAGE=NEVER \
    --no-warn-unused-cli "$@"
  ninja -C "$work/$name" -j "$jobs" install
}

# TLS 1.2 and 1.3 with what Amazon's endpoints speak, certificates, and the hashes of request signing. OpenSSL keeps
# its compiler flags as text in the library, so they hold no path; it is built in its own folder.
build_openssl() {
  local target=linux-x86_64
  if [[ $machine == aarch64 ]]; then target=linux-aarch64; fi
  cp -r "$sources/openssl" "$work/"
  cd "$work/openssl"
  CC="${launcher:+$launcher }$cc" AR="$ar" RANLIB="$machine-linux-gnu-gcc-ranlib-12" \
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

# fmt's one file that isn't a template. Debian has fmt as a shared library only.
build_fmt() {
  $launcher "$cxx" "${cxx_flags[@]}" "${place[@]}" -std=c++17 -I"$prefix/include" \
    -c "$sources/fmtlib/src/format.cc" -o "$work/format.o"
  "$ar" rcD "$prefix/lib/libfmt.a" "$work/format.o"
}

# One file for everything, made by SQLite's own script; without what needs a dynamic loader or is never asked for, and
# with temporary tables in memory, for there may be no /tmp. Debian's is half a megabyte of zip more.
build_sqlite() {
  cp -r "$sources/sqlite3" "$work/"
  cd "$work/sqlite3"
  ./configure --disable-tcl --disable-readline --disable-shared >/dev/null
  make sqlite3.c
  $launcher "$cc" "${c_flags[@]}" -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED \
    -DSQLITE_OMIT_PROGRESS_CALLBACK -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_JSON -DSQLITE_OMIT_AUTHORIZATION \
    -DSQLITE_OMIT_TRACE -DSQLITE_OMIT_DECLTYPE -DSQLITE_OMIT_COMPLETE -DSQLITE_OMIT_GET_TABLE \
    -DSQLITE_TEMP_STORE=2 -DSQLITE_THREADSAFE=1 -c sqlite3.c -o sqlite3.o
  "$ar" rcD "$prefix/lib/libsqlite3.a" sqlite3.o
  cp sqlite3.h "$prefix/include/"
}

# One file again: Debian's can't be linked without its XPath, which we never use.
build_pugixml() {
  $launcher "$cxx" "${cxx_flags[@]}" "${place[@]}" -std=c++17 -c "$sources/pugixml/src/pugixml.cpp" -o "$work/pugixml.o"
  "$ar" rcD "$prefix/lib/libpugixml.a" "$work/pugixml.o"
  cp "$sources/pugixml/src/"*.hpp "$prefix/include/"
}

# The simulator's server speaks plain HTTP: one header, without OpenSSL and compression. Debian's is cut in two, and the
# half that is compiled is a shared library.
build_httplib() { cp "$sources/cpp-httplib/httplib.h" "$prefix/include/"; }

# Debian's static libraries and headers.
take_debian() {
  local library
  cp -r "$debian/usr/include/." "$prefix/include/"
  for library in cares yaml-cpp absl_{time,time_zone,civil_time,strings,strings_internal,int128,base} \
    absl_{spinlock_wait,throw_delegate,raw_logging_internal,log_severity}; do
    cp "$debian/usr/lib/$machine-linux-gnu/lib$library.a" "$prefix/lib/"
  done
  for library in yaml-cpp cpp-httplib; do
    printf 'Name: %s\nDescription: %s\nVersion: 0\nCflags: -I%s/include\nLibs: -L%s/lib' "$library" "$library" \
      "$prefix" "$prefix" >"$prefix/lib/pkgconfig/$library.pc"
  done
  printf ' -lyaml-cpp\n' >>"$prefix/lib/pkgconfig/yaml-cpp.pc"
  printf '\n' >>"$prefix/lib/pkgconfig/cpp-httplib.pc"
}

rm -rf "$work" "$prefix"
mkdir -p "$work" "$prefix/include" "$prefix/lib/pkgconfig"
take_debian
for library in httplib fmt pugixml sqlite openssl curl; do
  started=$SECONDS
  "build_$library" >"$work/$library.log" 2>&1 & # in the background, for `||` would switch off errexit in it
  if ! wait $!; then
    tail -n 40 "$work/$library.log" >&2
    echo "$library could not be built for $machine; the reason is above" >&2
    exit 1
  fi
  echo "built $library in $((SECONDS - started)) s"
done
