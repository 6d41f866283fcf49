use aws_retry::aws_retry;

#[aws_retry]
struct Struct {
    field: u32,
}

#[aws_retry]
enum Enum {
    A,
}

#[aws_retry]
pub trait Trait {
    async fn ask(&self) -> Result<(), std::io::Error>;
}

#[aws_retry]
mod module {
    pub fn f() {}
}

#[aws_retry]
const CONST: u32 = 1;

#[aws_retry]
type Alias = u32;

fn main() {
    module::f();
    let _ = (Struct { field: 1 }.field, Enum::A, CONST, None::<Alias>);
}
