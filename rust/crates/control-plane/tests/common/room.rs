//! A disk that can be full: a small file system of a program's own.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The file system, and who holds it.
pub struct Room {
    holder: Child,
    folder: PathBuf,
}

impl Room {
    /// 4 MiB in place of a folder.
    pub fn over(folder: &Path) -> Self {
        let mut command = Command::new("unshare");
        command.arg("--mount").args((!is_root()).then_some("--map-root-user"));
        let script = "mount -t tmpfs -o size=4m none \"$0\" && echo mounted && exec cat";
        command.args(["sh", "-c", script]).arg(folder);
        // It ends with its standard input, so also with a test that is killed.
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mounted\n");
        Self { holder, folder: folder.to_owned() }
    }

    /// A program in it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.id().to_string(), "--mount"]);
        command.args((!is_root()).then_some(["--user", "--preserve-credentials"]).iter().flatten());
        command.arg(program);
        command
    }

    /// Until nothing more fits.
    pub fn fill(&self) {
        let mut ballast =
            OpenOptions::new().create(true).append(true).open(self.path("ballast")).unwrap();
        while ballast.write_all(&[b'x'; 4096]).is_ok() {}
    }

    pub fn empty(&self) {
        fs::remove_file(self.path("ballast")).unwrap();
    }

    /// It can be written, or it is read-only.
    pub fn remount(&self, how: &str) {
        let mut mount = self.command("mount");
        let mounted = mount.args(["-o", &format!("remount,{how}")]).arg(&self.folder).status();
        assert!(mounted.unwrap().success());
    }

    /// The path from outside of what is in it.
    fn path(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder.strip_prefix("/").unwrap()).join(name)
    }

    pub fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.path("")).unwrap();
        files.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn is_root() -> bool {
    File::open("/proc/self").unwrap().metadata().unwrap().uid() == 0
}
