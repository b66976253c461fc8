package unit

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Version is the answer to -V=full, which the go command makes part of its
// cache keys. Beside the program it identifies the working directory and the
// go command's arguments. For Go 1.26 has a bug: its key does not tell whether
// a package was asked for or was a mere dependency, whose findings are not
// wanted; so go vet ./app followed by go vet ./... loses all findings in what
// app imports, unless the two have different keys.
func Version() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(hash, "\n%q\n%q\n", dir, parentArgs())
	return fmt.Sprintf("%s version devel otplint buildID=%x", filepath.Base(name), hash.Sum(nil)), nil
}

// parentArgs returns the command line of the process that started this one, or
// nothing where it cannot be read; there go vet -a is the cure.
func parentArgs() []byte {
	pid := strconv.Itoa(os.Getppid())
	if args, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline")); err == nil {
		return args
	}
	args, _ := exec.Command("ps", "-o", "args=", "-p", pid).Output()
	return args
}
