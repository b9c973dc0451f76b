const _: () = {
    type __Wrapped = u64;
    fn __wrapped(__value: __Wrapped) -> Seed {
        Seed { value: __value }
    }
    #[automatically_derived]
    impl ::entropic::SimColumn for Seed {
        type Sql = <__Wrapped as ::entropic::SimColumn>::Sql;
        #[inline]
        fn to_repr(
            &self,
        ) -> ::core::result::Result<
            <<__Wrapped as ::entropic::SimColumn>::Sql as ::entropic::__private::SqlColumn>::Repr,
            ::entropic::ColumnError,
        > {
            <__Wrapped as ::entropic::SimColumn>::to_repr(&self.value)
        }
        #[inline]
        fn from_repr(
            __repr: <<__Wrapped as ::entropic::SimColumn>::Sql as ::entropic::__private::SqlColumn>::Repr,
        ) -> ::core::result::Result<Self, ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::from_repr(__repr).map(__wrapped)
        }
        #[inline]
        fn canonical(
            &self,
            __out: &mut ::entropic::__private::Canonical,
            __scheme: ::entropic::__private::FloatScheme,
        ) -> ::core::result::Result<(), ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::canonical(&self.value, __out, __scheme)
        }
        #[inline]
        fn check(&self) -> ::core::result::Result<(), ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::check(&self.value)
        }
        #[inline]
        fn values() -> ::entropic::__private::Values {
            <__Wrapped as ::entropic::SimColumn>::values()
        }
    }
};
