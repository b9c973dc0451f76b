#[allow(non_snake_case, reason = "named like the record")]
mod __Orbit {
    ::diesel::table! {
        use ::diesel::sql_types::SingleValue as _; #[doc =
        "Diesel's table `orbits`, for typed queries."] orbits(id) { #[doc =
        "The column `mass`."] mass -> ::diesel::sql_types::Double, #[doc =
        "The column `timeStep`."] timeStep -> ::diesel::sql_types::Double, #[doc =
        "The column `eccentricity`."] eccentricity -> ::diesel::sql_types::Nullable <
        ::diesel::sql_types::Double >, #[doc = "The column `name`."] name ->
        ::diesel::sql_types::Text, #[doc = "The column `method`."] method ->
        ::diesel::sql_types::Text, #[doc = "The column `start`."] start ->
        ::entropic::sql::Json, #[doc = "The column `step count`."] #[sql_name =
        "step count"] step_count -> ::diesel::sql_types::BigInt, #[doc =
        "The column `threads`."] threads -> ::diesel::sql_types::Integer, #[doc =
        "The column `type`."] #[sql_name = "type"] type_ ->
        ::entropic::sql::UtcTimestamp, #[doc = "The column `energy`."] energy ->
        ::diesel::sql_types::Nullable < ::diesel::sql_types::Double >, #[doc =
        "The column `class`."] class -> ::diesel::sql_types::Nullable <
        ::diesel::sql_types::Text >, #[doc = "The column `trace of E`."] #[sql_name =
        "trace of E"] trace_of_E -> ::diesel::sql_types::Nullable < ::entropic::sql::Json
        >, #[doc = "The column `period`."] period -> ::diesel::sql_types::Nullable <
        ::diesel::sql_types::Double >, #[doc = "The column `drag`."] drag ->
        ::diesel::sql_types::Double, #[doc = "The column `host`."] host ->
        ::diesel::sql_types::Text, #[doc = "The column `bodies`."] bodies ->
        ::entropic::sql::Json, #[doc = r" The id of the run."] id ->
        ::diesel::sql_types::Text, #[doc = r" Where the result is."] result_file ->
        ::diesel::sql_types::Text, #[doc = r" When the row was made, in UTC."] created_at
        -> ::entropic::sql::UtcTimestamp, #[doc = r" A JSON object."] custom_data ->
        ::entropic::sql::Json, }
    }
}
#[allow(unused_imports, reason = "for typed queries, if there are any")]
pub use __Orbit::orbits;
///The outputs of a run of [`Orbit`], one column each; `None` until the runner sets one.
#[allow(
    dead_code,
    non_snake_case,
    missing_copy_implementations,
    reason = "generated; the fields have the names that the user chose"
)]
pub struct OrbitOutput {
    ///The output `energy`.
    pub energy: ::core::option::Option<f64>,
    ///The output `class`.
    pub class: ::core::option::Option<Class>,
    ///The output `trace of E`.
    pub trace: ::core::option::Option<Vec<f64>>,
    ///The output `period`.
    pub period: ::core::option::Option<Seconds>,
}
///Lists of values for the fields of [`Orbit`]: a grid of parameters. It implements `Clone`, and `Debug` and `PartialEq` if the types of all fields do.
#[allow(
    dead_code,
    non_snake_case,
    missing_debug_implementations,
    reason = "generated; the fields have the names that the user chose"
)]
pub struct OrbitGrid {
    ///The values of `mass`.
    pub mass: ::std::vec::Vec<f64>,
    ///The values of `timeStep`.
    pub time_step: ::std::vec::Vec<f64>,
    ///The values of `eccentricity`.
    pub eccentricity: ::std::vec::Vec<Option<f64>>,
    ///The values of `name`.
    pub name: ::std::vec::Vec<String>,
    ///The values of `method`.
    pub method: ::std::vec::Vec<Method>,
    ///The values of `start`.
    pub start: ::std::vec::Vec<Vec<f64>>,
    ///The values of `step count`.
    pub steps: ::std::vec::Vec<Steps>,
    ///The values of `threads`.
    pub threads: ::std::vec::Vec<u16>,
    ///The values of `type`.
    pub r#type: ::std::vec::Vec<chrono::DateTime<chrono::Utc>>,
}
#[automatically_derived]
#[allow(dead_code, unreachable_pub, reason = "a record need not be swept")]
impl OrbitGrid {
    /// Gives every combination of the values, lazily and in the order of nested loops: the first field varies
    /// slowest.
    pub fn expand(self) -> ::entropic::__private::GridPoints<Self> {
        ::entropic::__private::GridPoints::new(self)
    }
    /// The number of points that [`expand`](Self::expand) gives: the product of the lengths of the lists, at most
    /// `usize::MAX`.
    pub fn len(&self) -> ::core::primitive::usize {
        ::entropic::__private::grid_len(self)
    }
    /// Whether a list is empty, so that there is no point.
    pub fn is_empty(&self) -> ::core::primitive::bool {
        Self::len(self) == 0
    }
    /// Combines the lists side by side: the first point has the first value of each list, the second point the
    /// second values. A list of one value gives that value to every point.
    ///
    /// # Errors
    /// `is_invalid_input` if the lists have different lengths.
    pub fn zip(self) -> ::entropic::Result<::entropic::__private::ZipPoints<Self>> {
        ::entropic::__private::ZipPoints::new(self)
    }
}
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    non_snake_case,
    reason = "not every default is used, a field may be deprecated, and columns have the names that they have"
)]
const _: () = {
    type __TypeOf_mass = f64;
    type __TypeOf_timeStep = f64;
    type __TypeOf_eccentricity = f64;
    type __TypeOf_name = String;
    type __TypeOf_method = Method;
    type __TypeOf_start = Vec<f64>;
    type __TypeOf_step_count = Steps;
    type __TypeOf_threads = u16;
    type __TypeOf_type_ = chrono::DateTime<chrono::Utc>;
    type __TypeOf_energy = f64;
    type __TypeOf_class = Class;
    type __TypeOf_trace_of_E = Vec<f64>;
    type __TypeOf_period = Seconds;
    type __TypeOf_drag = f64;
    type __TypeOf_host = String;
    type __TypeOf_bodies = Vec<Body>;
    fn __default_of_timeStep() -> __TypeOf_timeStep {
        0.01
    }
    fn __default_of_eccentricity() -> ::core::option::Option<__TypeOf_eccentricity> {
        <::core::option::Option<
            __TypeOf_eccentricity,
        > as ::core::default::Default>::default()
    }
    fn __default_of_name() -> __TypeOf_name {
        ::core::convert::From::from("kepler")
    }
    fn __default_of_method() -> __TypeOf_method {
        Method::Rk4
    }
    fn __retired_value_of_drag() -> __TypeOf_drag {
        0.5
    }
    fn __retired_value_of_host() -> __TypeOf_host {
        ::core::convert::From::from("localhost")
    }
    fn __default_of_bodies() -> __TypeOf_bodies {
        <__TypeOf_bodies as ::core::default::Default>::default()
    }
    fn __retired_value_of_bodies() -> __TypeOf_bodies {
        Vec::new()
    }
    #[automatically_derived]
    impl ::core::clone::Clone for OrbitOutput {
        fn clone(&self) -> Self {
            Self {
                energy: <__TypeOf_energy as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::copy(&self.energy),
                class: <__TypeOf_class as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Text,
                >>::copy(&self.class),
                trace: <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::copy(
                    &self.trace,
                ),
                period: <__TypeOf_period as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::copy(&self.period),
            }
        }
    }
    #[automatically_derived]
    impl ::core::cmp::PartialEq for OrbitOutput {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let _ = __other;
            true
                && <__TypeOf_energy as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::same(&self.energy, &__other.energy)
                && <__TypeOf_class as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Text,
                >>::same(&self.class, &__other.class)
                && <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::same(
                    &self.trace,
                    &__other.trace,
                )
                && <__TypeOf_period as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::same(&self.period, &__other.period)
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OrbitOutput {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("OrbitOutput")
                .field(
                    "energy",
                    <__TypeOf_energy as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::show(&self.energy),
                )
                .field(
                    "class",
                    <__TypeOf_class as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Text,
                    >>::show(&self.class),
                )
                .field(
                    "trace",
                    <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::show(
                        &self.trace,
                    ),
                )
                .field(
                    "period",
                    <__TypeOf_period as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::show(&self.period),
                )
                .finish()
        }
    }
    #[automatically_derived]
    impl ::core::default::Default for OrbitOutput {
        fn default() -> Self {
            Self {
                energy: ::core::option::Option::None,
                class: ::core::option::Option::None,
                trace: ::core::option::Option::None,
                period: ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for OrbitGrid {
        fn clone(&self) -> Self {
            Self {
                mass: ::entropic::__private::copied(
                    &self.mass,
                    |__value| <__TypeOf_mass as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::copy(__value),
                ),
                time_step: ::entropic::__private::copied(
                    &self.time_step,
                    |__value| <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::copy(__value),
                ),
                eccentricity: ::entropic::__private::copied(
                    &self.eccentricity,
                    |__value| <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::optional_copy(__value),
                ),
                name: ::entropic::__private::copied(
                    &self.name,
                    |__value| <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::copy(__value),
                ),
                method: ::entropic::__private::copied(
                    &self.method,
                    |__value| <__TypeOf_method as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::copy(__value),
                ),
                start: ::entropic::__private::copied(
                    &self.start,
                    |__value| <__TypeOf_start as ::entropic::__private::StoredJson>::copy(
                        __value,
                    ),
                ),
                steps: ::entropic::__private::copied(
                    &self.steps,
                    |__value| <__TypeOf_step_count as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::BigInt,
                    >>::copy(__value),
                ),
                threads: ::entropic::__private::copied(
                    &self.threads,
                    |__value| <__TypeOf_threads as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Integer,
                    >>::copy(__value),
                ),
                r#type: ::entropic::__private::copied(
                    &self.r#type,
                    |__value| <__TypeOf_type_ as ::entropic::__private::StoredAs<
                        ::entropic::sql::UtcTimestamp,
                    >>::copy(__value),
                ),
            }
        }
    }
    #[automatically_derived]
    impl ::core::cmp::PartialEq for OrbitGrid
    where
        for<'__always> __TypeOf_mass: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_timeStep: ::core::cmp::PartialEq,
        for<'__always> ::core::option::Option<
            __TypeOf_eccentricity,
        >: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_name: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_method: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_start: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_step_count: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_threads: ::core::cmp::PartialEq,
        for<'__always> __TypeOf_type_: ::core::cmp::PartialEq,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            true && self.mass == __other.mass && self.time_step == __other.time_step
                && self.eccentricity == __other.eccentricity && self.name == __other.name
                && self.method == __other.method && self.start == __other.start
                && self.steps == __other.steps && self.threads == __other.threads
                && self.r#type == __other.r#type
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OrbitGrid
    where
        for<'__always> __TypeOf_mass: ::core::fmt::Debug,
        for<'__always> __TypeOf_timeStep: ::core::fmt::Debug,
        for<'__always> ::core::option::Option<__TypeOf_eccentricity>: ::core::fmt::Debug,
        for<'__always> __TypeOf_name: ::core::fmt::Debug,
        for<'__always> __TypeOf_method: ::core::fmt::Debug,
        for<'__always> __TypeOf_start: ::core::fmt::Debug,
        for<'__always> __TypeOf_step_count: ::core::fmt::Debug,
        for<'__always> __TypeOf_threads: ::core::fmt::Debug,
        for<'__always> __TypeOf_type_: ::core::fmt::Debug,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("OrbitGrid")
                .field("mass", &self.mass)
                .field("time_step", &self.time_step)
                .field("eccentricity", &self.eccentricity)
                .field("name", &self.name)
                .field("method", &self.method)
                .field("start", &self.start)
                .field("steps", &self.steps)
                .field("threads", &self.threads)
                .field("type", &self.r#type)
                .finish()
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<Orbit> for OrbitGrid {
        fn from(__record: Orbit) -> Self {
            let Orbit {
                mass: __value0,
                time_step: __value1,
                eccentricity: __value2,
                name: __value3,
                method: __value4,
                start: __value5,
                steps: __value6,
                threads: __value7,
                r#type: __value8,
            } = __record;
            Self {
                mass: ::std::vec![__value0],
                time_step: ::std::vec![__value1],
                eccentricity: ::std::vec![__value2],
                name: ::std::vec![__value3],
                method: ::std::vec![__value4],
                start: ::std::vec![__value5],
                steps: ::std::vec![__value6],
                threads: ::std::vec![__value7],
                r#type: ::std::vec![__value8],
            }
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Grid for OrbitGrid {
        type Record = Orbit;
        fn sides(&self) -> ::std::vec::Vec<::core::primitive::usize> {
            ::std::vec![
                self.mass.len(), self.time_step.len(), self.eccentricity.len(), self.name
                .len(), self.method.len(), self.start.len(), self.steps.len(), self
                .threads.len(), self.r#type.len()
            ]
        }
        fn point(&self, __at: &[::core::primitive::usize]) -> Orbit {
            Orbit {
                mass: <__TypeOf_mass as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::copy(&self.mass[__at[0usize]]),
                time_step: <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::copy(&self.time_step[__at[1usize]]),
                eccentricity: <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::optional_copy(&self.eccentricity[__at[2usize]]),
                name: <__TypeOf_name as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Text,
                >>::copy(&self.name[__at[3usize]]),
                method: <__TypeOf_method as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Text,
                >>::copy(&self.method[__at[4usize]]),
                start: <__TypeOf_start as ::entropic::__private::StoredJson>::copy(
                    &self.start[__at[5usize]],
                ),
                steps: <__TypeOf_step_count as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::BigInt,
                >>::copy(&self.steps[__at[6usize]]),
                threads: <__TypeOf_threads as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Integer,
                >>::copy(&self.threads[__at[7usize]]),
                r#type: <__TypeOf_type_ as ::entropic::__private::StoredAs<
                    ::entropic::sql::UtcTimestamp,
                >>::copy(&self.r#type[__at[8usize]]),
            }
        }
    }
    #[automatically_derived]
    impl ::entropic::SimRecord for Orbit {
        type Output = OrbitOutput;
        type Row = (
            <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Nullable<
                ::diesel::sql_types::Double,
            > as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Read,
            <::entropic::sql::Json as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::BigInt as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Integer as ::entropic::__private::SqlColumn>::Read,
            <::entropic::sql::UtcTimestamp as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Nullable<
                ::diesel::sql_types::Double,
            > as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Nullable<
                ::diesel::sql_types::Text,
            > as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Nullable<
                ::entropic::sql::Json,
            > as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Nullable<
                ::diesel::sql_types::Double,
            > as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Read,
            <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Read,
            <::entropic::sql::Json as ::entropic::__private::SqlColumn>::Read,
            ::entropic::__private::Read<::std::string::String>,
            ::entropic::__private::Read<::std::string::String>,
            ::entropic::__private::Read<::entropic::Timestamp>,
            ::entropic::__private::Read<::entropic::CustomData>,
        );
        const TABLE: ::entropic::TableSpec = ::entropic::TableSpec::new(
                "orbits",
                &[
                    ::entropic::__private::ColumnSpec::new(
                            "mass",
                            <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::KIND,
                            false,
                            ::entropic::__private::ColumnRole::Identity,
                            false,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .keyed("m"),
                    ::entropic::__private::ColumnSpec::new(
                        "timeStep",
                        <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Exact,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "eccentricity",
                        <::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Double,
                        > as ::entropic::__private::SqlColumn>::KIND,
                        true,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "name",
                        <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        true,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "method",
                        <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "start",
                        <::entropic::sql::Json as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "step count",
                        <::diesel::sql_types::BigInt as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "threads",
                        <::diesel::sql_types::Integer as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Ignored,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "type",
                        <::entropic::sql::UtcTimestamp as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Identity,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "energy",
                        <::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Double,
                        > as ::entropic::__private::SqlColumn>::KIND,
                        true,
                        ::entropic::__private::ColumnRole::Output,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "class",
                        <::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Text,
                        > as ::entropic::__private::SqlColumn>::KIND,
                        true,
                        ::entropic::__private::ColumnRole::Output,
                        true,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "trace of E",
                        <::diesel::sql_types::Nullable<
                            ::entropic::sql::Json,
                        > as ::entropic::__private::SqlColumn>::KIND,
                        true,
                        ::entropic::__private::ColumnRole::Output,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                            "period",
                            <::diesel::sql_types::Nullable<
                                ::diesel::sql_types::Double,
                            > as ::entropic::__private::SqlColumn>::KIND,
                            true,
                            ::entropic::__private::ColumnRole::Output,
                            false,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .keyed("span"),
                    ::entropic::__private::ColumnSpec::new(
                        "drag",
                        <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Retired,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "host",
                        <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Former,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    ::entropic::__private::ColumnSpec::new(
                        "bodies",
                        <::entropic::sql::Json as ::entropic::__private::SqlColumn>::KIND,
                        false,
                        ::entropic::__private::ColumnRole::Retired,
                        false,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                ],
                2u32,
            )
            .indexed(&[&["mass", "energy", "created_at"]]);
        fn write_canonical(
            &self,
            __out: &mut ::entropic::__private::Canonical,
        ) -> ::core::result::Result<(), ::entropic::RecordError> {
            __out.begin();
            __out.key("\"$version\":");
            __out.uint(2u64);
            ::entropic::__private::unless_default(
                    __out,
                    "\"bodies\":",
                    |__out| <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                        &__retired_value_of_bodies(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                        &__default_of_bodies(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
            __out.key("\"drag\":");
            <__TypeOf_drag as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &__retired_value_of_drag(),
                    __out,
                    ::entropic::__private::FloatScheme::Significant12,
                )
                .map_err(::entropic::RecordError::field("orbits", "drag"))?;
            ::entropic::__private::unless_default(
                    __out,
                    "\"eccentricity\":",
                    |__out| <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::optional_write(
                        &self.eccentricity,
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::optional_write(
                        &__default_of_eccentricity(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "eccentricity"))?;
            __out.key("\"m\":");
            <__TypeOf_mass as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &self.mass,
                    __out,
                    ::entropic::__private::FloatScheme::Significant12,
                )
                .map_err(::entropic::RecordError::field("orbits", "mass"))?;
            ::entropic::__private::unless_default(
                    __out,
                    "\"method\":",
                    |__out| <__TypeOf_method as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                        &self.method,
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_method as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                        &__default_of_method(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "method"))?;
            ::entropic::__private::unless_default(
                    __out,
                    "\"name\":",
                    |__out| <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                        &self.name,
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                        &__default_of_name(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            __out.key("\"start\":");
            <__TypeOf_start as ::entropic::__private::StoredJson>::write(
                    &self.start,
                    __out,
                    ::entropic::__private::FloatScheme::Significant12,
                )
                .map_err(::entropic::RecordError::field("orbits", "start"))?;
            __out.key("\"step count\":");
            <__TypeOf_step_count as ::entropic::__private::StoredAs<
                ::diesel::sql_types::BigInt,
            >>::write(
                    &self.steps,
                    __out,
                    ::entropic::__private::FloatScheme::Significant12,
                )
                .map_err(::entropic::RecordError::field("orbits", "step count"))?;
            ::entropic::__private::unless_default(
                    __out,
                    "\"timeStep\":",
                    |__out| <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                        &self.time_step,
                        __out,
                        ::entropic::__private::FloatScheme::Exact,
                    ),
                    |__out| <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                        &__default_of_timeStep(),
                        __out,
                        ::entropic::__private::FloatScheme::Exact,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
            __out.key("\"type\":");
            <__TypeOf_type_ as ::entropic::__private::StoredAs<
                ::entropic::sql::UtcTimestamp,
            >>::write(
                    &self.r#type,
                    __out,
                    ::entropic::__private::FloatScheme::Significant12,
                )
                .map_err(::entropic::RecordError::field("orbits", "type"))?;
            __out.end();
            ::core::result::Result::Ok(())
        }
        fn check(&self) -> ::core::result::Result<(), ::entropic::RecordError> {
            <__TypeOf_mass as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::verify(&self.mass)
                .map_err(::entropic::RecordError::field("orbits", "mass"))?;
            <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::verify(&self.time_step)
                .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
            <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::optional_verify(&self.eccentricity)
                .map_err(::entropic::RecordError::field("orbits", "eccentricity"))?;
            <__TypeOf_name as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::verify(&self.name)
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            ::core::result::Result::and_then(
                    <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::repr(&self.name),
                    |__text| ::entropic::__private::check_indexed(&__text, 1usize),
                )
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            <__TypeOf_method as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::verify(&self.method)
                .map_err(::entropic::RecordError::field("orbits", "method"))?;
            <__TypeOf_start as ::entropic::__private::StoredJson>::verify(&self.start)
                .map_err(::entropic::RecordError::field("orbits", "start"))?;
            <__TypeOf_step_count as ::entropic::__private::StoredAs<
                ::diesel::sql_types::BigInt,
            >>::verify(&self.steps)
                .map_err(::entropic::RecordError::field("orbits", "step count"))?;
            <__TypeOf_threads as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Integer,
            >>::verify(&self.threads)
                .map_err(::entropic::RecordError::field("orbits", "threads"))?;
            <__TypeOf_type_ as ::entropic::__private::StoredAs<
                ::entropic::sql::UtcTimestamp,
            >>::verify(&self.r#type)
                .map_err(::entropic::RecordError::field("orbits", "type"))?;
            ::core::result::Result::Ok(())
        }
        fn field_texts(
            &self,
            __scheme: ::core::option::Option<::entropic::__private::FloatScheme>,
        ) -> ::core::result::Result<
            ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)>,
            ::entropic::RecordError,
        > {
            let _ = __scheme;
            let mut __texts = ::std::vec::Vec::new();
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_mass as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &self.mass,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "mass"))?;
            __texts.push(("mass", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &self.time_step,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Exact,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
            __texts.push(("timeStep", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::optional_write(
                    &self.eccentricity,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "eccentricity"))?;
            __texts.push(("eccentricity", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_name as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::write(
                    &self.name,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            __texts.push(("name", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_method as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::write(
                    &self.method,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "method"))?;
            __texts.push(("method", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_start as ::entropic::__private::StoredJson>::write(
                    &self.start,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "start"))?;
            __texts.push(("start", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_step_count as ::entropic::__private::StoredAs<
                ::diesel::sql_types::BigInt,
            >>::write(
                    &self.steps,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "step count"))?;
            __texts.push(("step count", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_type_ as ::entropic::__private::StoredAs<
                ::entropic::sql::UtcTimestamp,
            >>::write(
                    &self.r#type,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "type"))?;
            __texts.push(("type", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_drag as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &__retired_value_of_drag(),
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "drag"))?;
            __texts.push(("drag", __out.into_string()));
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                    &__retired_value_of_bodies(),
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                )
                .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
            __texts.push(("bodies", __out.into_string()));
            ::core::result::Result::Ok(__texts)
        }
        fn all_texts(
            &self,
        ) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)> {
            ::std::vec![
                ("mass", ::entropic::__private::shown(| __out | < __TypeOf_mass < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::Double > >
                ::write(& self.mass, __out, ::entropic::__private::FloatScheme::Exact))),
                ("time_step", ::entropic::__private::shown(| __out | < __TypeOf_timeStep
                < > as ::entropic::__private::StoredAs < ::diesel::sql_types::Double > >
                ::write(& self.time_step, __out,
                ::entropic::__private::FloatScheme::Exact))), ("eccentricity",
                ::entropic::__private::shown(| __out | < __TypeOf_eccentricity < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::Double > >
                ::optional_write(& self.eccentricity, __out,
                ::entropic::__private::FloatScheme::Exact))), ("name",
                ::entropic::__private::shown(| __out | < __TypeOf_name < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::Text > > ::write(&
                self.name, __out, ::entropic::__private::FloatScheme::Exact))),
                ("method", ::entropic::__private::shown(| __out | < __TypeOf_method < >
                as ::entropic::__private::StoredAs < ::diesel::sql_types::Text > >
                ::write(& self.method, __out,
                ::entropic::__private::FloatScheme::Exact))), ("start",
                ::entropic::__private::shown(| __out | < __TypeOf_start < > as
                ::entropic::__private::StoredJson > ::write(& self.start, __out,
                ::entropic::__private::FloatScheme::Exact))), ("steps",
                ::entropic::__private::shown(| __out | < __TypeOf_step_count < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::BigInt > >
                ::write(& self.steps, __out,
                ::entropic::__private::FloatScheme::Exact))), ("threads",
                ::entropic::__private::shown(| __out | < __TypeOf_threads < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::Integer > >
                ::write(& self.threads, __out,
                ::entropic::__private::FloatScheme::Exact))), ("type",
                ::entropic::__private::shown(| __out | < __TypeOf_type_ < > as
                ::entropic::__private::StoredAs < ::entropic::sql::UtcTimestamp > >
                ::write(& self.r#type, __out,
                ::entropic::__private::FloatScheme::Exact)))
            ]
        }
        fn defaults() -> ::core::result::Result<
            ::std::vec::Vec<::entropic::__private::ColumnDefault>,
            ::entropic::RecordError,
        > {
            #[allow(unused_mut, reason = "most records have none")]
            let mut __defaults = ::std::vec::Vec::new();
            let (__text, __retired) = (
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                            &__default_of_timeStep(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Exact,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
                ::core::option::Option::None,
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "timeStep",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_timeStep as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&__default_of_timeStep())
                            .map_err(
                                ::entropic::RecordError::field("orbits", "timeStep"),
                            )?,
                    ),
                });
            let (__text, __retired) = (
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::optional_write(
                            &__default_of_eccentricity(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(
                            ::entropic::RecordError::field("orbits", "eccentricity"),
                        )?;
                    ::core::option::Option::Some(__out.into_string())
                },
                ::core::option::Option::None,
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "eccentricity",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::optional_repr(&__default_of_eccentricity())
                            .map_err(
                                ::entropic::RecordError::field("orbits", "eccentricity"),
                            )?,
                    ),
                });
            let (__text, __retired) = (
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                            &__default_of_name(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "name"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
                ::core::option::Option::None,
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "name",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_name as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&__default_of_name())
                            .map_err(::entropic::RecordError::field("orbits", "name"))?,
                    ),
                });
            let (__text, __retired) = (
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_method as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::write(
                            &__default_of_method(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "method"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
                ::core::option::Option::None,
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "method",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_method as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&__default_of_method())
                            .map_err(::entropic::RecordError::field("orbits", "method"))?,
                    ),
                });
            let (__text, __retired) = (
                ::core::option::Option::None,
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_drag as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                            &__retired_value_of_drag(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "drag"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "drag",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_drag as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&__retired_value_of_drag())
                            .map_err(::entropic::RecordError::field("orbits", "drag"))?,
                    ),
                });
            let (__text, __retired) = (
                ::core::option::Option::None,
                ::core::option::Option::None,
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "host",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_host as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&__retired_value_of_host())
                            .map_err(::entropic::RecordError::field("orbits", "host"))?,
                    ),
                });
            let (__text, __retired) = (
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                            &__default_of_bodies(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
                {
                    let mut __out = ::entropic::__private::Canonical::new();
                    <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                            &__retired_value_of_bodies(),
                            &mut __out,
                            ::entropic::__private::FloatScheme::Significant12,
                        )
                        .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
                    ::core::option::Option::Some(__out.into_string())
                },
            );
            __defaults
                .push(::entropic::__private::ColumnDefault {
                    column: "bodies",
                    text: __text,
                    retired: __retired,
                    fill: ::entropic::__private::Repr::to_value(
                        &<__TypeOf_bodies as ::entropic::__private::StoredJson>::repr(
                                &__retired_value_of_bodies(),
                            )
                            .map_err(::entropic::RecordError::field("orbits", "bodies"))?,
                    ),
                });
            ::core::result::Result::Ok(__defaults)
        }
        fn values() -> ::std::vec::Vec<
            (&'static ::core::primitive::str, ::entropic::__private::Values),
        > {
            ::std::vec![
                ("method", < __TypeOf_method < > as ::entropic::__private::StoredAs <
                ::diesel::sql_types::Text > > ::values()), ("start", < __TypeOf_start < >
                as ::entropic::__private::StoredJson > ::values()), ("class", <
                __TypeOf_class < > as ::entropic::__private::OutputAs <
                ::diesel::sql_types::Text > > ::values()), ("trace of E", <
                __TypeOf_trace_of_E < > as ::entropic::__private::OutputJson >
                ::values()), ("bodies", < __TypeOf_bodies < > as
                ::entropic::__private::StoredJson > ::values())
            ]
        }
        fn parts(
            __row: Self::Row,
        ) -> ::core::result::Result<
            ::entropic::__private::RowParts<Self>,
            ::entropic::RecordError,
        > {
            let (
                __column0,
                __column1,
                __column2,
                __column3,
                __column4,
                __column5,
                __column6,
                __column7,
                __column8,
                __column9,
                __column10,
                __column11,
                __column12,
                __column13,
                __column14,
                __column15,
                __id,
                __result_file,
                __created_at,
                __custom_data,
            ) = __row;
            let __id = __id.key();
            #[allow(unused_mut, reason = "most records have nothing retired")]
            let mut __as_retired = true;
            let __stored = <__TypeOf_drag as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::read(
                    ::entropic::__private::ReadAs::<
                        <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr,
                    >::read_as(__column13)
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "drag", &__id),
                        )?,
                )
                .map_err(::entropic::RecordError::stored("orbits", "drag", &__id))?;
            __as_retired
                &= ::entropic::__private::same_text(
                    |__out| <__TypeOf_drag as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                        &__stored,
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_drag as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::write(
                        &__retired_value_of_drag(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                );
            let _ = __column14;
            let __stored = <__TypeOf_bodies as ::entropic::__private::StoredJson>::read(
                    ::entropic::__private::ReadAs::<
                        <::entropic::sql::Json as ::entropic::__private::SqlColumn>::Repr,
                    >::read_as(__column15)
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "bodies", &__id),
                        )?,
                )
                .map_err(::entropic::RecordError::stored("orbits", "bodies", &__id))?;
            __as_retired
                &= ::entropic::__private::same_text(
                    |__out| <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                        &__stored,
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                    |__out| <__TypeOf_bodies as ::entropic::__private::StoredJson>::write(
                        &__retired_value_of_bodies(),
                        __out,
                        ::entropic::__private::FloatScheme::Significant12,
                    ),
                );
            ::core::result::Result::Ok(::entropic::__private::RowParts {
                params: Orbit {
                    mass: <__TypeOf_mass as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column0)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "mass", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "mass", &__id),
                        )?,
                    time_step: <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column1)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "timeStep", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "timeStep", &__id),
                        )?,
                    eccentricity: <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::optional_read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Nullable<
                                    ::diesel::sql_types::Double,
                                > as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column2)
                                .map_err(
                                    ::entropic::RecordError::stored(
                                        "orbits",
                                        "eccentricity",
                                        &__id,
                                    ),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored(
                                "orbits",
                                "eccentricity",
                                &__id,
                            ),
                        )?,
                    name: <__TypeOf_name as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column3)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "name", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "name", &__id),
                        )?,
                    method: <__TypeOf_method as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Text,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column4)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "method", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "method", &__id),
                        )?,
                    start: <__TypeOf_start as ::entropic::__private::StoredJson>::read(
                            ::entropic::__private::ReadAs::<
                                <::entropic::sql::Json as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column5)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "start", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "start", &__id),
                        )?,
                    steps: <__TypeOf_step_count as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::BigInt,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::BigInt as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column6)
                                .map_err(
                                    ::entropic::RecordError::stored(
                                        "orbits",
                                        "step count",
                                        &__id,
                                    ),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored(
                                "orbits",
                                "step count",
                                &__id,
                            ),
                        )?,
                    threads: <__TypeOf_threads as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Integer,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Integer as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column7)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "threads", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "threads", &__id),
                        )?,
                    r#type: <__TypeOf_type_ as ::entropic::__private::StoredAs<
                        ::entropic::sql::UtcTimestamp,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::entropic::sql::UtcTimestamp as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column8)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "type", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "type", &__id),
                        )?,
                },
                output: OrbitOutput {
                    energy: <__TypeOf_energy as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Nullable<
                                    ::diesel::sql_types::Double,
                                > as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column9)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "energy", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "energy", &__id),
                        )?,
                    class: <__TypeOf_class as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Text,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Nullable<
                                    ::diesel::sql_types::Text,
                                > as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column10)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "class", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "class", &__id),
                        )?,
                    trace: <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Nullable<
                                    ::entropic::sql::Json,
                                > as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column11)
                                .map_err(
                                    ::entropic::RecordError::stored(
                                        "orbits",
                                        "trace of E",
                                        &__id,
                                    ),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored(
                                "orbits",
                                "trace of E",
                                &__id,
                            ),
                        )?,
                    period: <__TypeOf_period as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Nullable<
                                    ::diesel::sql_types::Double,
                                > as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column12)
                                .map_err(
                                    ::entropic::RecordError::stored("orbits", "period", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("orbits", "period", &__id),
                        )?,
                },
                result_file: ::entropic::__private::ReadAs::read_as(__result_file)
                    .map_err(
                        ::entropic::RecordError::stored("orbits", "result_file", &__id),
                    )?,
                created_at: ::entropic::__private::ReadAs::read_as(__created_at)
                    .map_err(
                        ::entropic::RecordError::stored("orbits", "created_at", &__id),
                    )?,
                custom_data: ::entropic::__private::ReadAs::read_as(__custom_data)
                    .map_err(
                        ::entropic::RecordError::stored("orbits", "custom_data", &__id),
                    )?,
                id: __id,
                as_retired: __as_retired,
            })
        }
        fn patch_column(
            &mut self,
            __output: &mut Self::Output,
            __column: &::core::primitive::str,
            __value: ::entropic::__private::JsonValue,
        ) -> ::core::result::Result<(), ::entropic::RecordError> {
            match __column {
                "threads" => {
                    self.threads = <__TypeOf_threads as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Integer,
                    >>::read(
                            ::entropic::__private::patched::<
                                ::diesel::sql_types::Integer,
                            >(__value)
                                .map_err(
                                    ::entropic::RecordError::patch("orbits", "threads"),
                                )?,
                        )
                        .map_err(::entropic::RecordError::patch("orbits", "threads"))?;
                }
                "energy" => {
                    __output.energy = <__TypeOf_energy as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::patched::<
                                ::diesel::sql_types::Nullable<::diesel::sql_types::Double>,
                            >(__value)
                                .map_err(
                                    ::entropic::RecordError::patch("orbits", "energy"),
                                )?,
                        )
                        .map_err(::entropic::RecordError::patch("orbits", "energy"))?;
                }
                "class" => {
                    __output.class = <__TypeOf_class as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Text,
                    >>::read(
                            ::entropic::__private::patched::<
                                ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
                            >(__value)
                                .map_err(::entropic::RecordError::patch("orbits", "class"))?,
                        )
                        .map_err(::entropic::RecordError::patch("orbits", "class"))?;
                }
                "trace of E" => {
                    __output.trace = <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::read(
                            ::entropic::__private::patched::<
                                ::diesel::sql_types::Nullable<::entropic::sql::Json>,
                            >(__value)
                                .map_err(
                                    ::entropic::RecordError::patch("orbits", "trace of E"),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::patch("orbits", "trace of E"),
                        )?;
                }
                "period" => {
                    __output.period = <__TypeOf_period as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::patched::<
                                ::diesel::sql_types::Nullable<::diesel::sql_types::Double>,
                            >(__value)
                                .map_err(
                                    ::entropic::RecordError::patch("orbits", "period"),
                                )?,
                        )
                        .map_err(::entropic::RecordError::patch("orbits", "period"))?;
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::entropic::__private::not_patchable::<Self>(__column),
                    );
                }
            }
            #[allow(
                unreachable_code,
                reason = "a record without such columns always refuses"
            )] ::core::result::Result::Ok(())
        }
        fn clean_output(
            __output: &mut Self::Output,
        ) -> ::std::vec::Vec<
            (&'static ::core::primitive::str, ::entropic::ColumnError),
        > {
            #[allow(
                unused_mut,
                reason = "a record without outputs has nothing to refuse"
            )]
            let mut __refused = ::std::vec::Vec::new();
            if let ::core::result::Result::Err(__why) = <__TypeOf_energy as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::verify(&__output.energy) {
                __output.energy = ::core::option::Option::None;
                __refused.push(("energy", __why));
            }
            if let ::core::result::Result::Err(__why) = ::core::result::Result::and_then(
                <__TypeOf_class as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Text,
                >>::verify(&__output.class),
                |()| ::core::result::Result::and_then(
                    <__TypeOf_class as ::entropic::__private::OutputAs<
                        ::diesel::sql_types::Text,
                    >>::repr(&__output.class),
                    |__text| ::entropic::__private::check_indexed(&__text, 1usize),
                ),
            ) {
                __output.class = ::core::option::Option::None;
                __refused.push(("class", __why));
            }
            if let ::core::result::Result::Err(__why) = <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::verify(
                &__output.trace,
            ) {
                __output.trace = ::core::option::Option::None;
                __refused.push(("trace of E", __why));
            }
            if let ::core::result::Result::Err(__why) = <__TypeOf_period as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::verify(&__output.period) {
                __output.period = ::core::option::Option::None;
                __refused.push(("period", __why));
            }
            let _ = __output;
            __refused
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Portable for Orbit {
        fn to_values(
            &self,
            __output: &Self::Output,
        ) -> ::core::result::Result<
            ::entropic::__private::JsonMap,
            ::entropic::RecordError,
        > {
            let mut __values = ::entropic::__private::JsonMap::new();
            let _ = __output;
            __values
                .insert(
                    ::core::convert::From::from("mass"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_mass as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&self.mass)
                            .map_err(::entropic::RecordError::field("orbits", "mass"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("timeStep"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_timeStep as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&self.time_step)
                            .map_err(
                                ::entropic::RecordError::field("orbits", "timeStep"),
                            )?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("eccentricity"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::optional_repr(&self.eccentricity)
                            .map_err(
                                ::entropic::RecordError::field("orbits", "eccentricity"),
                            )?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("name"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_name as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&self.name)
                            .map_err(::entropic::RecordError::field("orbits", "name"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("method"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_method as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&self.method)
                            .map_err(::entropic::RecordError::field("orbits", "method"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("start"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_start as ::entropic::__private::StoredJson>::repr(
                                &self.start,
                            )
                            .map_err(::entropic::RecordError::field("orbits", "start"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("step count"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_step_count as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::BigInt,
                        >>::repr(&self.steps)
                            .map_err(
                                ::entropic::RecordError::field("orbits", "step count"),
                            )?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("threads"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_threads as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Integer,
                        >>::repr(&self.threads)
                            .map_err(
                                ::entropic::RecordError::field("orbits", "threads"),
                            )?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("type"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_type_ as ::entropic::__private::StoredAs<
                            ::entropic::sql::UtcTimestamp,
                        >>::repr(&self.r#type)
                            .map_err(::entropic::RecordError::field("orbits", "type"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("energy"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_energy as ::entropic::__private::OutputAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&__output.energy)
                            .map_err(::entropic::RecordError::field("orbits", "energy"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("class"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_class as ::entropic::__private::OutputAs<
                            ::diesel::sql_types::Text,
                        >>::repr(&__output.class)
                            .map_err(::entropic::RecordError::field("orbits", "class"))?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("trace of E"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::repr(
                                &__output.trace,
                            )
                            .map_err(
                                ::entropic::RecordError::field("orbits", "trace of E"),
                            )?,
                    ),
                );
            __values
                .insert(
                    ::core::convert::From::from("period"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_period as ::entropic::__private::OutputAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&__output.period)
                            .map_err(::entropic::RecordError::field("orbits", "period"))?,
                    ),
                );
            ::core::result::Result::Ok(__values)
        }
        fn from_values(
            mut __values: ::entropic::__private::JsonMap,
        ) -> ::core::option::Option<(Self, Self::Output)> {
            let __params = Orbit {
                mass: <__TypeOf_mass as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::read(
                        <<::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("mass")?,
                        )?,
                    )
                    .ok()?,
                time_step: <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::read(
                        <<::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("timeStep")?,
                        )?,
                    )
                    .ok()?,
                eccentricity: <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::optional_read(
                        <<::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Double,
                        > as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("eccentricity")?,
                        )?,
                    )
                    .ok()?,
                name: <__TypeOf_name as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Text,
                >>::read(
                        <<::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("name")?,
                        )?,
                    )
                    .ok()?,
                method: <__TypeOf_method as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Text,
                >>::read(
                        <<::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("method")?,
                        )?,
                    )
                    .ok()?,
                start: <__TypeOf_start as ::entropic::__private::StoredJson>::read(
                        <<::entropic::sql::Json as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("start")?,
                        )?,
                    )
                    .ok()?,
                steps: <__TypeOf_step_count as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::BigInt,
                >>::read(
                        <<::diesel::sql_types::BigInt as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("step count")?,
                        )?,
                    )
                    .ok()?,
                threads: <__TypeOf_threads as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Integer,
                >>::read(
                        <<::diesel::sql_types::Integer as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("threads")?,
                        )?,
                    )
                    .ok()?,
                r#type: <__TypeOf_type_ as ::entropic::__private::StoredAs<
                    ::entropic::sql::UtcTimestamp,
                >>::read(
                        <<::entropic::sql::UtcTimestamp as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("type")?,
                        )?,
                    )
                    .ok()?,
            };
            let __output = OrbitOutput {
                energy: <__TypeOf_energy as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::read(
                        <<::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Double,
                        > as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("energy")?,
                        )?,
                    )
                    .ok()?,
                class: <__TypeOf_class as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Text,
                >>::read(
                        <<::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Text,
                        > as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("class")?,
                        )?,
                    )
                    .ok()?,
                trace: <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::read(
                        <<::diesel::sql_types::Nullable<
                            ::entropic::sql::Json,
                        > as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("trace of E")?,
                        )?,
                    )
                    .ok()?,
                period: <__TypeOf_period as ::entropic::__private::OutputAs<
                    ::diesel::sql_types::Double,
                >>::read(
                        <<::diesel::sql_types::Nullable<
                            ::diesel::sql_types::Double,
                        > as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("period")?,
                        )?,
                    )
                    .ok()?,
            };
            ::core::option::Option::Some((__params, __output))
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Stored for Orbit {
        type Table = __Orbit::orbits::table;
        fn find(
            __conn: &mut ::entropic::__private::Conn,
            __id: &::core::primitive::str,
        ) -> ::entropic::__private::QueryResult<
            ::core::option::Option<::entropic::Record<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => {
                ::diesel::OptionalExtension::optional(::diesel::RunQueryDsl::get_result::
                < ::entropic::Record < Self > >
                (::diesel::QueryDsl::find(__Orbit::orbits::table, __id), __conn,)) }
            )
        }
        fn find_all(
            __conn: &mut ::entropic::__private::Conn,
            __ids: &::entropic::__private::IdIn,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::filter(__Orbit::orbits::table, __ids), __conn) }
            )
        }
        fn insert(
            __conn: &mut ::entropic::__private::Conn,
            __row: &::entropic::__private::NewRow<'_, Self>,
        ) -> ::core::result::Result<
            ::core::primitive::usize,
            ::entropic::__private::RowError,
        > {
            let __value0 = <__TypeOf_mass as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.mass)
                .map_err(::entropic::RecordError::field("orbits", "mass"))?;
            let __value1 = <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.time_step)
                .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
            let __value2 = <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::optional_repr(&__row.params.eccentricity)
                .map_err(::entropic::RecordError::field("orbits", "eccentricity"))?;
            let __value3 = <__TypeOf_name as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.params.name)
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            let __value4 = <__TypeOf_method as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.params.method)
                .map_err(::entropic::RecordError::field("orbits", "method"))?;
            let __value5 = <__TypeOf_start as ::entropic::__private::StoredJson>::repr(
                    &__row.params.start,
                )
                .map_err(::entropic::RecordError::field("orbits", "start"))?;
            let __value6 = <__TypeOf_step_count as ::entropic::__private::StoredAs<
                ::diesel::sql_types::BigInt,
            >>::repr(&__row.params.steps)
                .map_err(::entropic::RecordError::field("orbits", "step count"))?;
            let __value7 = <__TypeOf_threads as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Integer,
            >>::repr(&__row.params.threads)
                .map_err(::entropic::RecordError::field("orbits", "threads"))?;
            let __value8 = <__TypeOf_type_ as ::entropic::__private::StoredAs<
                ::entropic::sql::UtcTimestamp,
            >>::repr(&__row.params.r#type)
                .map_err(::entropic::RecordError::field("orbits", "type"))?;
            let __value9 = <__TypeOf_energy as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.output.energy)
                .map_err(::entropic::RecordError::field("orbits", "energy"))?;
            let __value10 = <__TypeOf_class as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.output.class)
                .map_err(::entropic::RecordError::field("orbits", "class"))?;
            let __value11 = <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::repr(
                    &__row.output.trace,
                )
                .map_err(::entropic::RecordError::field("orbits", "trace of E"))?;
            let __value12 = <__TypeOf_period as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.output.period)
                .map_err(::entropic::RecordError::field("orbits", "period"))?;
            let __value13 = <__TypeOf_drag as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__retired_value_of_drag())
                .map_err(::entropic::RecordError::field("orbits", "drag"))?;
            let __value14 = <__TypeOf_host as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__retired_value_of_host())
                .map_err(::entropic::RecordError::field("orbits", "host"))?;
            let __value15 = <__TypeOf_bodies as ::entropic::__private::StoredJson>::repr(
                    &__retired_value_of_bodies(),
                )
                .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
            ::core::result::Result::Ok(
                ::entropic::__private::on_backend!(
                    __conn, __conn => {
                    ::diesel::RunQueryDsl::execute(::diesel::insert_into(__Orbit::orbits::table)
                    .values((::diesel::ExpressionMethods::eq(__Orbit::orbits::mass,
                    __value0), ::diesel::ExpressionMethods::eq(__Orbit::orbits::timeStep,
                    __value1),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::eccentricity,
                    __value2), ::diesel::ExpressionMethods::eq(__Orbit::orbits::name,
                    __value3), ::diesel::ExpressionMethods::eq(__Orbit::orbits::method,
                    __value4), ::diesel::ExpressionMethods::eq(__Orbit::orbits::start,
                    __value5),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::step_count,
                    __value6), ::diesel::ExpressionMethods::eq(__Orbit::orbits::threads,
                    __value7), ::diesel::ExpressionMethods::eq(__Orbit::orbits::type_,
                    __value8), ::diesel::ExpressionMethods::eq(__Orbit::orbits::energy,
                    __value9), ::diesel::ExpressionMethods::eq(__Orbit::orbits::class,
                    __value10),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::trace_of_E,
                    __value11), ::diesel::ExpressionMethods::eq(__Orbit::orbits::period,
                    __value12), ::diesel::ExpressionMethods::eq(__Orbit::orbits::drag,
                    __value13), ::diesel::ExpressionMethods::eq(__Orbit::orbits::host,
                    __value14), ::diesel::ExpressionMethods::eq(__Orbit::orbits::bodies,
                    __value15), ::diesel::ExpressionMethods::eq(__Orbit::orbits::id,
                    __row.id),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::result_file, __row
                    .result_file),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::created_at, __row
                    .created_at),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::custom_data, __row
                    .custom_data),)), __conn,) }
                )?,
            )
        }
        fn update(
            __conn: &mut ::entropic::__private::Conn,
            __row: &::entropic::__private::NewRow<'_, Self>,
            __seen: &::core::primitive::str,
            __changes: ::entropic::__private::Changes<'_>,
        ) -> ::core::result::Result<
            ::core::primitive::usize,
            ::entropic::__private::RowError,
        > {
            let __value0 = <__TypeOf_mass as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.mass)
                .map_err(::entropic::RecordError::field("orbits", "mass"))?;
            let __value1 = <__TypeOf_timeStep as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.time_step)
                .map_err(::entropic::RecordError::field("orbits", "timeStep"))?;
            let __value2 = <__TypeOf_eccentricity as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::optional_repr(&__row.params.eccentricity)
                .map_err(::entropic::RecordError::field("orbits", "eccentricity"))?;
            let __value3 = <__TypeOf_name as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.params.name)
                .map_err(::entropic::RecordError::field("orbits", "name"))?;
            let __value4 = <__TypeOf_method as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.params.method)
                .map_err(::entropic::RecordError::field("orbits", "method"))?;
            let __value5 = <__TypeOf_start as ::entropic::__private::StoredJson>::repr(
                    &__row.params.start,
                )
                .map_err(::entropic::RecordError::field("orbits", "start"))?;
            let __value6 = <__TypeOf_step_count as ::entropic::__private::StoredAs<
                ::diesel::sql_types::BigInt,
            >>::repr(&__row.params.steps)
                .map_err(::entropic::RecordError::field("orbits", "step count"))?;
            let __value7 = <__TypeOf_threads as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Integer,
            >>::repr(&__row.params.threads)
                .map_err(::entropic::RecordError::field("orbits", "threads"))?;
            let __value8 = <__TypeOf_type_ as ::entropic::__private::StoredAs<
                ::entropic::sql::UtcTimestamp,
            >>::repr(&__row.params.r#type)
                .map_err(::entropic::RecordError::field("orbits", "type"))?;
            let __value9 = <__TypeOf_energy as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.output.energy)
                .map_err(::entropic::RecordError::field("orbits", "energy"))?;
            let __value10 = <__TypeOf_class as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Text,
            >>::repr(&__row.output.class)
                .map_err(::entropic::RecordError::field("orbits", "class"))?;
            let __value11 = <__TypeOf_trace_of_E as ::entropic::__private::OutputJson>::repr(
                    &__row.output.trace,
                )
                .map_err(::entropic::RecordError::field("orbits", "trace of E"))?;
            let __value12 = <__TypeOf_period as ::entropic::__private::OutputAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.output.period)
                .map_err(::entropic::RecordError::field("orbits", "period"))?;
            let __value13 = <__TypeOf_drag as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__retired_value_of_drag())
                .map_err(::entropic::RecordError::field("orbits", "drag"))?;
            let __value14 = <__TypeOf_host as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Text,
            >>::repr(&__retired_value_of_host())
                .map_err(::entropic::RecordError::field("orbits", "host"))?;
            let __value15 = <__TypeOf_bodies as ::entropic::__private::StoredJson>::repr(
                    &__retired_value_of_bodies(),
                )
                .map_err(::entropic::RecordError::field("orbits", "bodies"))?;
            ::core::result::Result::Ok(
                ::entropic::__private::on_backend!(
                    __conn, __conn => {
                    ::diesel::RunQueryDsl::execute(::diesel::update(::diesel::QueryDsl::filter(__Orbit::orbits::table,
                    ::diesel::BoolExpressionMethods::and(::diesel::ExpressionMethods::eq(__Orbit::orbits::id,
                    __row.id),
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::result_file,
                    __seen),),)).set((__changes.of("mass").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::mass, __value0)),
                    __changes.of("timeStep").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::timeStep,
                    __value1)), __changes.of("eccentricity").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::eccentricity,
                    __value2)), __changes.of("name").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::name, __value3)),
                    __changes.of("method").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::method, __value4)),
                    __changes.of("start").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::start, __value5)),
                    __changes.of("step count").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::step_count,
                    __value6)), __changes.of("threads").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::threads, __value7)),
                    __changes.of("type").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::type_, __value8)),
                    __changes.of("energy").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::energy, __value9)),
                    __changes.of("class").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::class, __value10)),
                    __changes.of("trace of E").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::trace_of_E,
                    __value11)), __changes.of("period").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::period, __value12)),
                    __changes.of("result_file").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::result_file, __row
                    .result_file)), __changes.of("custom_data").then(||
                    ::diesel::ExpressionMethods::eq(__Orbit::orbits::custom_data, __row
                    .custom_data)),)), __conn,) }
                )?,
            )
        }
        fn page(
            __conn: &mut ::entropic::__private::Conn,
            __after: ::core::option::Option<
                (::entropic::Timestamp, &::core::primitive::str),
            >,
            __limit: ::core::primitive::i64,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { let __ordered =
                ::diesel::QueryDsl::order(__Orbit::orbits::table,
                (::diesel::ExpressionMethods::asc(__Orbit::orbits::created_at),
                ::diesel::ExpressionMethods::asc(__Orbit::orbits::id),),); match __after
                { ::core::option::Option::None => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::limit(__ordered, __limit), __conn) }
                ::core::option::Option::Some((__moment, __id)) =>
                ::diesel::RunQueryDsl::load:: < ::entropic::__private::Readable < Self >
                > (::diesel::QueryDsl::limit(::diesel::QueryDsl::filter(__ordered,
                ::diesel::BoolExpressionMethods::and(::diesel::ExpressionMethods::ge(__Orbit::orbits::created_at,
                __moment),
                ::diesel::BoolExpressionMethods::or(::diesel::ExpressionMethods::gt(__Orbit::orbits::created_at,
                __moment), ::diesel::ExpressionMethods::gt(__Orbit::orbits::id,
                __id),),)), __limit,), __conn,), } }
            )
        }
        fn list(
            __conn: &mut ::entropic::__private::Conn,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::order(__Orbit::orbits::table,
                (::diesel::ExpressionMethods::asc(__Orbit::orbits::created_at),
                ::diesel::ExpressionMethods::asc(__Orbit::orbits::id),),), __conn) }
            )
        }
        fn each(
            __conn: &mut ::entropic::__private::Conn,
            __take: ::entropic::__private::TakeRecord<'_, Self>,
        ) -> ::entropic::__private::QueryResult<()> {
            ::entropic::__private::on_backend_streaming!(
                __conn, __conn, __Mode => { let __rows =
                ::diesel::RunQueryDsl::load_iter:: < ::entropic::__private::Readable <
                Self >, __Mode > (::diesel::QueryDsl::order(__Orbit::orbits::table,
                (::diesel::ExpressionMethods::asc(__Orbit::orbits::created_at),
                ::diesel::ExpressionMethods::asc(__Orbit::orbits::id),),), __conn) ?; for
                __record in __rows { if __take(__record ?).is_break() { break; } }
                ::core::result::Result::Ok(()) }
            )
        }
    }
};
