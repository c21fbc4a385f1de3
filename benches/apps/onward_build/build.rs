fn main() {
    onward_build::migrations("../../histories/100/plain");
}
